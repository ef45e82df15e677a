# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the order to the certificate by the real playbook; the device is a process of its own with a loop device."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.media import loops
from tests.integration.media.loops import Loop
from tests.integration.register.conftest import ROOT
from tests.integration.register.disposal import NUMBER, ROLES, prepared

pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
# What the device sees instead of the controller's own files: another machine-id, and a folder for its journals.
INTERPRETER = """#!/bin/sh
exec unshare --mount sh -ec '
    mount --bind {folder}/machine-id /etc/machine-id
    mount --bind {folder}/lib /var/lib
    exec {python} "$@"
' sh "$@"
"""


@pytest.fixture(name="medium")
def fixture_medium(tmp_path: Path) -> Iterator[Loop]:
    loops.full_of_letters(tmp_path / "medium", 4 * loops.MIB)
    with loops.attached(tmp_path / "medium") as medium:
        yield medium


class Office:
    """The controller of the test: its order, and the playbook run as an officer runs it."""

    def __init__(self, tmp_path: Path, place: str, medium: Loop) -> None:
        self._tmp_path, self._place = tmp_path, place
        (tmp_path / "hosts.yml").write_text("all: {hosts: {old-server: {ansible_connection: local}}}")
        (tmp_path / "machine-id").write_text("4f1e0c5a9d3b4e21a6c7d8e9f0a1b2c3\n")
        (tmp_path / "lib").mkdir()
        interpreter = tmp_path / "python"
        interpreter.write_text(INTERPRETER.format(folder=tmp_path, python=sys.executable))
        interpreter.chmod(0o755)
        self.evidence = tmp_path / "evidence"
        self.order: dict[str, Any] = {
            **{"order": NUMBER, "level": "clear", "media": [medium.medium]},
            **{name: ROLES[name] for name in ("requested_by", "wiped_by")},
            **{"place": "Trụ sở", "destination": "Thanh lý", "evidence": str(self.evidence)},
            **{"ansible_become": False, "ansible_python_interpreter": str(interpreter)},
        }

    def run(self, *arguments: str, **order: Any) -> tuple[int, str]:
        """Return the exit code and what a person sees."""
        options = {_option(name): value for name, value in {**self.order, **order}.items() if value is not None}
        (self._tmp_path / "order.json").write_text(json.dumps(options))
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        words = ["-i", str(self._tmp_path / "hosts.yml"), "playbooks/decommission.yml"]
        words += ["-e", f"@{self._tmp_path / 'order.json'}", *arguments]
        done = subprocess.run(
            [program, *words],
            cwd=ROOT,
            env={**os.environ, "COMMUNE_BASELINE_REGISTER": self._place},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr


def _option(name: str) -> str:
    return name if name.startswith("ansible_") else f"decommission_{name}"


@pytest.fixture(name="office")
def fixture_office(tmp_path, place, medium, verbs, monkeypatch) -> Office:
    verbs.run(*prepared(medium.medium["serial"].upper()))
    return Office(tmp_path, place, medium)


def state_of(foreign_sql: Any) -> str:
    return str(foreign_sql("SELECT state FROM devices"))


def test_an_order_is_planned_carried_out_verified_by_another_and_certified(office, medium, foreign_sql):
    before = loops.digest(medium)
    code, shown = office.run("--check", "--diff")
    assert code == 0, shown
    plan = f"{medium.path} loop {medium.medium['serial']} ({medium.size} bytes): overwrite (clear), time about 0 min"
    assert plan in shown
    assert loops.digest(medium) == before
    code, shown = office.run()
    assert code == 0, shown
    assert loops.is_blank(medium)
    assert "pending_disposal" in state_of(foreign_sql)
    # Whoever verifies runs it again, and it goes on where it stopped.
    code, shown = office.run(verified_by=ROLES["verified_by"])
    assert code == 0, shown
    assert "changed=1 " in shown
    assert "sanitised" in state_of(foreign_sql)
    (told,) = office.evidence.glob("runs/*.json")
    assert json.loads(told.read_text("utf-8"))["media"][0]["technique"] == "overwrite"
    code, shown = office.run(verified_by=ROLES["verified_by"])
    assert (code, "changed=0 " in shown) == (0, True)


def test_the_controller_itself_is_never_wiped(office, medium, foreign_sql):
    before = loops.digest(medium)
    code, shown = office.run(ansible_python_interpreter=sys.executable)
    assert code == 2
    assert "this is the controller" in shown
    assert loops.digest(medium) == before


def test_what_is_wiped_and_verified_by_one_person_is_not_certified(office, medium, foreign_sql):
    code, shown = office.run(verified_by=ROLES["wiped_by"])
    assert code == 2
    assert "wiped and verified old-server: that takes two people" in shown
    assert loops.is_blank(medium)
    assert "pending_disposal" in state_of(foreign_sql)
    assert not office.evidence.exists()


NOTHING = {
    "one person approved": ({"signers": ("chau",)}, {}, "needs the approvals of two people"),
    "the approvals ended": ({"expires_on": "2026-02-01"}, {}, "no approval of order"),
    "the approvals have no end": ({"expires_on": None}, {}, "no approval of order"),
    "another order": ({}, {"order": "99/QĐ-UBND"}, "no approval of order 99/QĐ-UBND"),
    "who wipes approved": ({}, {"wiped_by": "chau"}, "wiped and approved order"),
    "who requested approved": ({}, {"requested_by": "dung"}, "requested and approved order"),
    "an approver of another role": (
        {},
        {"approver_roles": {"asset": ["cap_tren"]}},
        "signed by one of the roles cap_tren",
    ),
    "nobody of this name": ({}, {"wiped_by": "khong-ai"}, "the register knows no person khong-ai"),
    "the order is missing": ({}, {"order": None}, "missing required arguments: decommission_order"),
    "no scope": ({"scope": None}, {}, "has the scope system, or asset and no other device"),
    "another scope": ({"scope": "in_service: now"}, {}, "has the scope system, or asset and no other device"),
    "a system that nobody above approved": (
        {"scope": "system: Một cửa"},
        {},
        "is for a system, and nobody with one of the roles cap_tren approved it",
    ),
    "no media": ({}, {"media": []}, "the order names no medium"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_without_a_right_order_nothing_is_wiped(tmp_path, place, medium, verbs, name):
    preparation, order, reason = NOTHING[name]
    before = loops.digest(medium)
    verbs.run(*prepared(medium.medium["serial"].upper(), **preparation))
    code, shown = Office(tmp_path, place, medium).run(**order)
    assert code == 2
    assert reason in shown
    assert loops.digest(medium) == before


def test_the_register_refuses_what_it_does_not_know_or_what_is_to_be_destroyed(medium, verbs, tmp_path):
    """By the verb alone, which the playbook asks first."""
    serial = medium.medium["serial"].upper()

    def ask(**special: Any) -> dict[str, Any]:
        people = {name: ROLES[name] for name in ("requested_by", "wiped_by")}
        given = {"name": "old-server", "order": NUMBER, **people, "media": [medium.medium], **special}
        return {"commune.baseline.sanitisation_order": given}

    def change(**fields: Any) -> dict[str, Any]:
        return {"commune.baseline.device": {"name": "old-server", **fields}}

    sized = change(media=[{"serial": serial, "kind": "other", "bytes": 7}])
    capped, right, unknown, _sized, size, _secret, secret, _back, state = verbs.run(
        *prepared(serial),
        ask(daily_cap=0),
        ask(),
        ask(media=[{**medium.medium, "serial": "fe00-1"}]),
        sized,
        ask(),
        change(secrecy="Mật", media=[{"serial": serial, "kind": "other"}]),
        ask(),
        {"commune.baseline.device_transition": {"name": "old-server", "state": "quarantined"}},
        ask(),
    )[-9:]
    assert {name: right["order"][name] for name in ("number", "dated_on", "expires_on", "approvers")} == {
        **{"number": NUMBER, "dated_on": "2026-01-31", "expires_on": "2099-12-31"},
        "approvers": ["chau", "dung"],
    }
    assert "0 a day is the most" in capped["msg"]
    assert "the register knows no medium FE00-1 of old-server" in unknown["msg"]
    assert "and the register says 7" in size["msg"]
    assert "its media are destroyed and never wiped" in secret["msg"]
    assert "old-server is quarantined: only what is pending_disposal is wiped" in state["msg"]
