# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of the register by the real ansible-playbook, over both databases; what is stored is read by the others."""

from __future__ import annotations

from tests.integration.register.conftest import Unsafe

PC = {"name": "pc-01", "class": "workstation", "zone": "lan", "serial": "sn-1", "macs": ["02-00-00-00-00-01"]}


def device(**options):
    return {"commune.baseline.device": options}


def test_a_device_is_registered_once_and_changed_where_it_is_named(verbs, foreign_sql):
    first, again, change = verbs.run(device(**PC), device(**PC), device(name="pc-01", location="Phòng 201"))
    assert (first["changed"], first["version"], first["device"]["state"]) == (True, 1, "planned")
    assert first["device"]["macs"] == ["02:00:00:00:00:01"]
    assert (again["changed"], again["version"]) == (False, 1)
    assert (change["changed"], change["version"], change["device"]["serial"]) == (True, 2, "SN-1")
    assert "Phòng 201" in foreign_sql("SELECT location FROM devices")


def test_text_that_looks_like_a_template_or_a_statement_is_stored_as_typed(verbs, foreign_sql):
    name, note = "{{ 7*7 }}", "'; DROP TABLE devices; --"
    task = device(name=Unsafe(name), **{"class": "server"}, note=Unsafe(note))
    shown = {"ansible.builtin.debug": {"msg": "{{ stored.device.name }} {{ stored.device.note }}"}}
    stored, printed = verbs.run({**task, "register": "stored"}, shown)
    assert stored["device"]["name"] == name
    assert printed["msg"] == f"{name} {note}"
    assert name in foreign_sql("SELECT name FROM devices")
