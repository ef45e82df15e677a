# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new site is laid out by the real playbook, and Ansible's own programs open what lies there."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.integration.register.conftest import ROOT, _sqlite
from tests.integration.register.controller import PASSWORD

PC = {"name": "pc-01", "class": "workstation", "platform": "linux", "state": "received"}


def test_a_new_site_is_whole_and_only_its_owner_reads_it(office):
    done = office.new_site("xa-cua-toi")
    assert done.returncode == 0, done.stdout + done.stderr
    site = office.folder / "inventories/xa-cua-toi"
    assert [path.removeprefix("inventories/xa-cua-toi/") for path in office.written()] == [
        "group_vars/all/site.yml",
        "group_vars/all/vault.yml",
        "group_vars/class_server.yml",
        "group_vars/class_workstation.yml",
        "register.db",
        "register.yml",
    ]
    assert [path for path in (site, *site.rglob("*")) if path.stat().st_mode & 0o077] == []
    assert _sqlite(str(site / "register.db"), "SELECT count(*) FROM devices") == "[(0,)]\n"
    password = office.home / PASSWORD
    assert (password.stat().st_mode & 0o777, password.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    words = password.read_text()
    assert len(words) >= 40
    assert words not in done.stdout + done.stderr
    vault = site / "group_vars/all/vault.yml"
    assert vault.read_text().startswith("$ANSIBLE_VAULT;1.1;AES256\n")
    assert "sudo_passwords: {}" in office.run("ansible-vault", "view", vault, **office.unlocked).stdout


def test_the_folder_of_a_new_site_is_an_inventory_in_which_a_device_is_reached_as_its_variables_say(office):
    office.new_site("xa-cua-toi")
    empty = office.run("ansible-inventory", "-i", "inventories/xa-cua-toi", "--list", **office.unlocked)
    assert (empty.stderr, json.loads(empty.stdout)["_meta"]["hostvars"]) == ("", {})
    task = ["-m", "commune.baseline.device", "-a", json.dumps(PC)]
    put = office.run("ansible", "localhost", "-i", "inventories/xa-cua-toi", *task, **office.unlocked)
    assert "CHANGED" in put.stdout, put.stdout + put.stderr
    shown = office.run("ansible-inventory", "-i", "inventories/xa-cua-toi", "--host", "pc-01", **office.unlocked)
    assert json.loads(shown.stdout)["ansible_user"] == "ops"


def test_a_second_site_has_the_same_password_and_a_register_of_its_own(office):
    office.new_site("xa-mot")
    words = (office.home / PASSWORD).read_text()
    assert office.new_site("xa-hai").returncode == 0
    assert (office.home / PASSWORD).read_text() == words
    for site in ("xa-mot", "xa-hai"):
        vault = f"inventories/{site}/group_vars/all/vault.yml"
        assert "sudo_passwords" in office.run("ansible-vault", "view", vault, **office.unlocked).stdout


def test_a_site_that_is_there_is_left_as_it_is(office):
    office.new_site("xa-cua-toi")
    mine = office.folder / "inventories/xa-cua-toi/group_vars/all/site.yml"
    mine.write_text("ansible_user: mine\n")
    before = office.written()
    done = office.new_site("xa-cua-toi")
    assert done.returncode != 0
    assert "inventories/xa-cua-toi is there already" in " ".join(done.stdout.split())
    assert (mine.read_text(), office.written()) == ("ansible_user: mine\n", before)


@pytest.mark.parametrize("name", ["", "Xã", "../xa", "xa cua toi", "-xa", "xa\n", "x" * 64, "/xa"])
def test_a_name_that_cannot_be_is_refused_and_nothing_written(office, name):
    done = office.new_site(name)
    assert done.returncode != 0
    assert "make site NAME=xa-cua-toi" in " ".join((done.stdout + done.stderr).split())
    assert (office.written(), list(office.home.rglob("vault-password"))) == ([], [])


def test_check_mode_writes_nothing(office):
    done = office.new_site("xa-cua-toi", "--check")
    assert done.returncode == 0, done.stdout
    assert (office.written(), list(office.home.rglob("vault-password"))) == ([], [])


def test_nothing_half_done_is_left_if_the_password_is_none(office):
    (office.home / PASSWORD).parent.mkdir(parents=True)
    (office.home / PASSWORD).write_text("")
    done = office.new_site("xa-cua-toi")
    assert done.returncode != 0
    assert "vault-password" in done.stdout
    assert office.written() == []
    assert list((office.folder / "inventories").iterdir()) == []


def test_make_hands_the_name_on_as_it_was_typed(office):
    command = ["make", "--no-print-directory", f"PYTHON={sys.executable}", "site"]
    own = {**os.environ, "HOME": str(office.home)}
    for name in (["NAME=x; touch touched"], []):
        done = subprocess.run(
            [*command, *name], cwd=ROOT, env={**own, "NAME": "not-given"}, capture_output=True, text=True
        )
        assert done.returncode != 0
        assert "make site NAME=xa-cua-toi" in " ".join(done.stdout.split())
    assert not (ROOT / "touched").exists()
    assert not (ROOT / "inventories/not-given").exists()
