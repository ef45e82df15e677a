# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy import login
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import option, ssh_access
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import sshd as sshd_probe
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

NETWORKS = ["192.0.2.0/24", "2001:db8::/32"]


@pytest.fixture(name="etc", autouse=True)
def fixture_etc(tmp_path, monkeypatch):
    (tmp_path / "sshd_config").write_text(f"Include {tmp_path}/*.conf\n")
    monkeypatch.setattr(ssh_access, "SSHD_CONFIG", str(tmp_path / "sshd_config"))
    monkeypatch.setattr(login, "address", lambda: "192.0.2.9")
    return tmp_path


@pytest.fixture(name="answers", autouse=True)
def fixture_answers(monkeypatch):
    """What sshd answers; without an answer of its own, a key is yes."""
    answers = {"AllowUsers": None, "AllowGroups": None, "AuthenticationMethods": "any"}
    monkeypatch.setattr(
        sshd_probe, "read_keys", lambda keys: {key: Reading(value=answers.get(key, "yes")) for key in keys}
    )
    return answers


@pytest.fixture(name="apply")
def fixture_apply(tmp_path, monkeypatch):
    def apply(row, by="root"):
        monkeypatch.setattr(login, "account", lambda: by)
        writer = Writer(Journal("run", folder=str(tmp_path / "journal")), check_mode=False, account=by)
        write = ssh_access.apply([row], ssh_access.observe([row]), writer)["LNX-A"]
        path = tmp_path / "ours.conf"
        return write.error, path.read_text().splitlines()[1:] if path.exists() else None

    return apply


def a_row(etc, desired, attribute="sources"):
    return {"id": "LNX-A", "path": str(etc / "ours.conf"), "attribute": attribute, "desired": desired}


def meets(row):
    reading = ssh_access.observe([row])["LNX-A"]
    return reading.weakness is None and ssh_access.compare(row, reading)


def test_networks_are_written_as_patterns_for_everybody(etc, apply):
    assert apply(a_row(etc, NETWORKS)) == (None, ["AllowUsers *@192.0.2.0/24 *@2001:db8::/32"])


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        ("*@2001:db8::/32,*@192.0.2.0/24", True),
        ("lan@192.0.2.0/24,*@2001:0db8::/32", True),
        (None, False),
        ("*@192.0.2.0/24", False),
        ("*@192.0.2.0/24,*@2001:db8::/32,lan", False),
        ("*@192.0.2.0/24,*@2001:db8::/32,*@198.51.100.0/24", False),
    ],
)
def test_exactly_the_networks_that_are_listed_are_right(etc, answers, answer, is_right):
    answers["AllowUsers"] = answer
    assert meets(a_row(etc, NETWORKS)) is is_right


@pytest.mark.parametrize("address", ["198.51.100.1", "2001:db9::1"])
def test_the_address_that_we_came_from_is_never_shut_out(etc, apply, monkeypatch, address):
    monkeypatch.setattr(login, "address", lambda: address)
    reason = f"we came in from {address}, which is in none of 192.0.2.0/24, 2001:db8::/32: add its network"
    assert apply(a_row(etc, NETWORKS)) == (reason, None)


def test_a_local_run_has_no_address_to_keep(etc, apply, monkeypatch):
    monkeypatch.setattr(login, "address", lambda: None)
    assert apply(a_row(etc, NETWORKS))[0] is None


def test_a_line_of_somebody_else_is_not_widened_by_ours(etc, apply):
    (etc / "site.conf").write_text("# a comment\nAllowUsers lan\n")
    reason = f"{etc}/site.conf:2 has a line AllowUsers too, and both would add up: bring them together by hand"
    assert apply(a_row(etc, NETWORKS)) == (reason, None)


def test_a_match_block_that_decides_otherwise_is_told_and_left(etc, answers):
    answers["AllowUsers"] = "*@192.0.2.0/24,*@2001:db8::/32"
    (etc / "site.conf").write_text("Match User lan\nAllowUsers lan\n")
    reading = ssh_access.observe([a_row(etc, NETWORKS)])["LNX-A"]
    assert reading.weakness == f"{etc}/site.conf:2 makes an exception: AllowUsers is lan"


def test_groups_are_those_of_this_device_and_one_of_them_is_ours(etc, apply):
    assert apply(a_row(etc, ["nowhere"], "groups")) == ("there is no group nowhere", None)
    assert apply(a_row(etc, ["nogroup"], "groups")) == ("root is in none of nogroup, and we came in by it", None)
    assert apply(a_row(etc, ["nogroup", "root"], "groups")) == (None, ["AllowGroups nogroup root"])


def test_without_a_group_there_is_no_restriction(etc):
    assert ssh_access.observe([a_row(etc, [], "groups")])["LNX-A"].inapplicable is not None


def test_two_proofs_are_asked_of_all_but_the_account_that_we_came_in_as(etc, apply):
    written = apply(a_row(etc, "publickey,password", "methods"), by="ops")
    ours = ["Match User ops", "\tAuthenticationMethods publickey"]
    assert written == (None, ["AuthenticationMethods publickey,password", *ours])


def test_what_pam_asks_for_is_switched_on(etc, apply, answers):
    answers["KbdInteractiveAuthentication"] = "no"
    written = apply(a_row(etc, "publickey,keyboard-interactive", "methods"), by="ops")[1]
    assert written[:2] == [
        "AuthenticationMethods publickey,keyboard-interactive",
        "KbdInteractiveAuthentication yes",
    ]


def test_a_proof_that_sshd_does_not_take_is_not_asked_for(etc, apply, answers):
    answers["PasswordAuthentication"] = "no"
    reason = "nobody could log in: PasswordAuthentication is not yes"
    assert apply(a_row(etc, "publickey,password", "methods"), by="ops") == (reason, None)


def test_who_comes_in_as_root_is_not_the_one_to_be_exempted(etc, apply):
    error, written = apply(a_row(etc, "publickey,password", "methods"))
    assert (error, written) == ("we came in as root: run again as an administrator of their own with sudo", None)


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0"])
def test_every_network_is_no_restriction(etc, network):
    assert ssh_access.fault_of_desired(a_row(etc, None), [network]) == (
        f"{network!r} is every network, so that logins would not be restricted"
    )


def test_our_own_exception_is_none(etc, apply, answers):
    row = a_row(etc, "publickey,password", "methods")
    apply(row, by="ops")
    answers["AuthenticationMethods"] = "publickey,password"
    assert meets(row)


ADDED = ["Match User lan\n\tAuthenticationMethods none\n", "Match all\nPermitRootLogin yes\n", "# mine\n"]
OURS = [
    (["ops"], "groups", "AllowGroups"),
    (NETWORKS, "sources", "AllowUsers"),
    ("publickey,password", "methods", None),
]


@pytest.mark.parametrize("added", ADDED)
@pytest.mark.parametrize(("desired", "attribute", "key"), OURS)
def test_what_was_added_to_our_own_file_is_told_and_goes(
    etc, apply, answers, monkeypatch, desired, attribute, key, added
):
    monkeypatch.setattr(ssh_access.grp, "getgrall", lambda: [ssh_access.grp.struct_group(("ops", "x", 0, []))])
    row = a_row(etc, desired, attribute)
    written = apply(row, by="ops" if attribute == "methods" else "root")
    answers[key or "AuthenticationMethods"] = sshd_answer(desired, attribute)
    ours = (etc / "ours.conf").read_text()
    assert (written[0], meets(row)) == (None, True)
    (etc / "ours.conf").write_text(ours + added)
    reading = ssh_access.observe([row])["LNX-A"]
    assert reading.weakness == f"{etc}/ours.conf is ours alone, and holds something else than we write"
    assert apply(row, by="ops" if attribute == "methods" else "root")[0] is None
    assert ((etc / "ours.conf").read_text(), meets(row)) == (ours, True)


def sshd_answer(desired, attribute):
    return {"methods": desired, "groups": "ops", "sources": ",".join(f"*@{one}" for one in NETWORKS)}[attribute]


def test_an_exemption_of_somebody_else_is_not_ours(etc, apply, answers):
    row = a_row(etc, "publickey,password", "methods")
    apply(row, by="ops")
    answers["AuthenticationMethods"] = "publickey,password"
    path = etc / "ours.conf"
    path.write_text(path.read_text().replace("Match User ops", "Match User lan"))
    assert not meets(row)
    assert apply(row, by="ops")[1][-2:] == ["Match User ops", "\tAuthenticationMethods publickey"]


@pytest.mark.parametrize(("exempted", "is_right"), [("ops", True), ("*", False), ("ops,lan", False), ("!lan", False)])
def test_a_local_run_leaves_the_account_exempted_that_others_come_in_as(
    etc, apply, answers, monkeypatch, exempted, is_right
):
    row = a_row(etc, "publickey,password", "methods")
    apply(row, by="ops")
    answers["AuthenticationMethods"] = "publickey,password"
    path = etc / "ours.conf"
    path.write_text(path.read_text().replace("Match User ops", f"Match User {exempted}"))
    monkeypatch.setattr(login, "address", lambda: None)
    monkeypatch.setattr(login, "account", lambda: None)
    assert meets(row) is is_right
    answers["AuthenticationMethods"] = "publickey"
    kept = apply(row, by=None)[1][1:]
    assert kept == (["Match User ops", "\tAuthenticationMethods publickey"] if is_right else [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_our_own_file_is_taken_out_of_the_hands_of_others(etc, apply, answers):
    row, path = a_row(etc, NETWORKS), etc / "ours.conf"
    apply(row)
    answers["AllowUsers"] = "*@192.0.2.0/24,*@2001:db8::/32"
    os.chown(path, 4711, 4711)
    assert "can be changed by others than root" in ssh_access.observe([row])["LNX-A"].weakness
    assert (apply(row)[0], path.stat().st_uid, meets(row)) == (None, 0, True)
    os.chown(etc, 4711, 4711)
    reason = f"its folder {etc} (4711:4711 0700) can be changed by others than root, who could lead elsewhere"
    assert reason in ssh_access.observe([row])["LNX-A"].weakness
    path.write_text("AllowUsers lan\n")
    assert f"cannot write {path}: {reason}" in apply(row)[0]
    assert path.read_text() == "AllowUsers lan\n"


ROOT = {"id": "LNX-A", "grammar": "sshd", "key": "PermitRootLogin", "desired": "no"}


@pytest.mark.parametrize(
    ("by", "address", "row", "refused"),
    [
        (None, "192.0.2.9", {}, True),
        ("root", "192.0.2.9", {}, True),
        ("ops", "192.0.2.9", {}, False),
        (None, None, {}, False),
        (None, "192.0.2.9", {"desired": "prohibit-password"}, False),
        (None, "192.0.2.9", {"key": "PermitTunnel"}, False),
    ],
)
def test_root_is_not_made_to_end_its_own_logins(etc, monkeypatch, by, address, row, refused):
    monkeypatch.setattr(login, "address", lambda: address)
    row = {**ROOT, "path": str(etc / "ours.conf"), **row}
    writer = Writer(Journal("run", folder=str(etc / "journal")), check_mode=True, account=by)
    error = option.apply([row], option.observe([row]), writer)["LNX-A"].error
    assert (error is not None) is refused
    assert not refused or error == "we came in as root: run again as an administrator of their own with sudo"


ASK = "from ansible_collections.commune.baseline.plugins.module_utils._policy import login; print(login.address())"


@pytest.mark.parametrize(
    ("connection", "address"), [("192.0.2.7 1 192.0.2.1 22", "192.0.2.7"), ("2001:db8::1 1 ::1 22", "2001:db8::1")]
)
def test_the_address_is_found_behind_a_sudo_that_hides_it(connection, address):
    environment = {**os.environ, "SSH_CONNECTION": connection, "PYTHONPATH": str(Path(login.__file__).parents[6])}
    hiding = ["sh", "-c", 'env --unset=SSH_CONNECTION "$@"; exit', "sh", sys.executable, "-c", ASK]
    done = subprocess.run(hiding, env=environment, text=True, capture_output=True, check=True)
    assert done.stdout.strip() == address
