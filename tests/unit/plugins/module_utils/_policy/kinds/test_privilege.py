# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import login, programs, sudo_grants
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import privilege
from ansible_collections.commune.baseline.plugins.module_utils._policy.sudo_grants import Grant
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import account_entry, file_state

FILES = {
    "passwd": (
        "root:x:0:0::/root:/bin/bash\nbackup:x:34:34::/:/bin/sh\nops:x:1000:1000::/:/bin/sh\n"
        "lan:x:1001:1001::/:/bin/sh\nhoa:x:1002:1002::/:/bin/sh\nthu:x:1003:6::/:/bin/sh\n"
    ),
    "shadow": "".join(f"{name}:!:1:0:99999:7:::\n" for name in ("root", "backup", "ops", "lan", "hoa", "thu")),
    "group": "root:x:0:\ndisk:x:6:backup,hoa\nadmin:x:26:hoa\nsudo:x:27:ops,hoa\nusers:x:100:hoa\n",
}


@pytest.fixture(name="etc", autouse=True)
def fixture_etc(account_files, monkeypatch):
    monkeypatch.setattr(login, "account", lambda: "ops")
    return account_files(FILES)


@pytest.fixture(name="apply")
def fixture_apply(apply_by):
    return functools.partial(apply_by, privilege)


def a_row(*desired, attribute="administrators", groups=("wheel", "sudo", "admin")):
    return {"id": "LNX-A", "attribute": attribute, "groups": list(groups), "desired": list(desired)}


def read(row):
    reading = privilege.observe([row])["LNX-A"]
    return reading.value, privilege.compare(row, reading)


def test_the_group_of_administrators_holds_those_who_are_listed_and_nobody_else(apply, puts):
    row = a_row("ops", "lan", "elsewhere")
    assert read(row) == ({"sudo": ["+hoa", "-lan"], "admin": ["+hoa"]}, False)
    assert apply(row).error is None
    assert puts == [("members of sudo", ["ops", "lan"]), ("members of admin", [])]


def test_as_listed_nothing_is_written(apply, puts, etc):
    (etc / "group").write_text("sudo:x:27:lan,ops\nadmin:x:26:\n")
    row = a_row("ops", "lan")
    assert read(row) == ("as listed", True)
    assert (apply(row).changes, puts) == (False, [])


def test_who_is_listed_and_has_no_account_here_is_named_and_no_fault(apply, puts, etc):
    row = a_row("ops", "lan", "elsewhere", "lna")
    sentence = "perhaps misspelt, for there is no account here: elsewhere, lna"
    reading = privilege.observe([row])["LNX-A"]
    assert (reading.value.keys(), reading.weakness) == ({"sudo", "admin"}, sentence)
    (etc / "group").write_text("sudo:x:27:lan,ops\nadmin:x:26:\n")
    reading = privilege.observe([row])["LNX-A"]
    assert (reading.value, reading.weakness) == ("as listed; no account here: elsewhere, lna", None)
    assert privilege.compare(row, reading)
    (etc / "group").write_text("sudo:x:6:lan,ops\n")
    assert apply(row).error == f"thu has sudo as its first group: give it another with usermod --gid; {sentence}"


HASH = "$6$salt$hash"


@pytest.mark.parametrize(
    ("line", "value", "written"),
    [
        (f"sudo:{HASH}::ops", ["group password"], [("group_password of sudo", "locked")]),
        ("sudo:!:hoa,ops:ops", ["group administrator hoa"], [("group_administrators of sudo", ["ops"])]),
        ("sudo:!::ops,hoa", ["+hoa"], []),
    ],
)
def test_what_else_lets_somebody_into_a_group_is_found_and_corrected_or_told(etc, apply, puts, line, value, written):
    (etc / "group").write_text("sudo:x:27:ops\n")
    (etc / "gshadow").write_text(f"{line}\n")
    for row in (a_row("ops"), a_row("ops", attribute="powers", groups=("sudo",))):
        puts.clear()
        assert read(row) == ({"sudo": value}, False)
        write = apply(row)
        assert (puts, bool(write.error)) == (written, not written)
    assert write.error in (
        None,
        f"hoa stands as a member of sudo only in {etc}/gshadow: write all its members anew with gpasswd --members",
    )


@pytest.mark.parametrize("field", ["", "!", "*", "!*", "x", f"!{HASH}"])
def test_a_group_without_a_usable_password_passes(etc, field):
    (etc / "group").write_text("sudo:x:27:ops\n")
    (etc / "gshadow").write_text(f"sudo:{field}:root,ops:ops\n")
    assert read(a_row("ops")) == ("as listed", True)


@pytest.mark.parametrize("gshadow", [None, "", f"other:{HASH}::\n"])
def test_a_password_in_the_group_file_counts_where_gshadow_has_none(etc, gshadow):
    (etc / "group").write_text(f"sudo:{HASH}:27:ops\n")
    if gshadow is not None:
        (etc / "gshadow").write_text(gshadow)
    assert read(a_row("ops")) == ({"sudo": ["group password"]}, False)


def test_the_password_of_a_group_is_locked_and_opened_without_its_hash_among_the_words(etc, monkeypatch):
    calls = []
    monkeypatch.setattr(programs, "run", lambda *words, text="": calls.append((words, text)))
    for secret, state in ((HASH, "locked"), (f"!{HASH}", "set"), (f"!{HASH}", "locked")):
        (etc / "gshadow").write_text(f"sudo:{secret}::\n")
        account_entry.put("group_password of sudo", state)
    words = ("chgpasswd", "--encrypted")
    assert calls == [(words, f"sudo:!{HASH}\n"), (words, f"sudo:{HASH}\n")]


def test_another_group_with_the_same_number_is_the_same_group(etc, apply, puts):
    (etc / "group").write_text("sudo:x:27:ops\nprinters:x:27:hoa\n")
    row = a_row("ops")
    assert read(row) == ({"printers": ["+hoa"]}, False)
    apply(row)
    assert puts == [("members of printers", [])]


@pytest.mark.parametrize("attribute", ["administrators", "powers"])
def test_who_is_listed_may_have_such_a_group_as_the_first(etc, apply, puts, attribute):
    (etc / "group").write_text("sudo:x:27:ops,thu\ndisk:x:6:\nadmin:x:6:\n")
    row = a_row("ops", "thu", attribute=attribute, groups=("sudo", "admin", "disk"))
    assert read(row) == ("as listed", True)


def test_files_are_read_as_often_for_many_members_as_for_few(etc, monkeypatch):
    read_files = []
    capture = file_state.capture
    monkeypatch.setattr(file_state, "capture", lambda path: read_files.append(path) or capture(path))
    row, counts = a_row("ops", attribute="powers", groups=("disk",)), []
    for members in ("hoa", ",".join(f"m{number}" for number in range(50))):
        (etc / "group").write_text(f"disk:x:6:{members}\n")
        read_files.clear()
        privilege.observe([row, {**row, "id": "LNX-B"}])
        counts.append(len(read_files))
    assert counts[0] == counts[1] > 0


def test_a_member_without_an_account_here_stays_only_if_it_is_listed(apply, puts, etc):
    (etc / "group").write_text("sudo:x:27:ops,minh@uy.ban,ghost\n")
    apply(a_row("ops", "minh@uy.ban"))
    assert puts == [("members of sudo", ["ops", "minh@uy.ban"])]


def test_who_we_came_in_as_is_told_and_kept_and_others_go_all_the_same(apply, puts):
    write = apply(a_row("lan"))
    assert write.error == "ops is not listed, but we came in by it: list it, or come in as somebody who is"
    assert puts == [("members of sudo", ["lan", "ops"]), ("members of admin", [])]


def test_a_list_of_people_who_are_not_here_takes_nobody_out(apply, puts):
    assert apply(a_row("typo")).error == "none of typo has an account here, so nobody is taken out"
    assert puts == []


def test_a_first_group_is_told_for_a_person_to_change(etc, apply, puts):
    (etc / "group").write_text("sudo:x:6:ops\n")
    row = a_row("ops")
    assert read(row) == ({"sudo": ["+thu"]}, False)
    assert apply(row).error == "thu has sudo as its first group: give it another with usermod --gid"
    assert puts == []


def test_people_leave_groups_that_have_roots_power_and_services_stay(apply, puts):
    row = a_row("ops", attribute="powers", groups=("disk", "docker"))
    assert read(row) == ({"disk": ["+hoa", "+thu"]}, False)
    assert "thu has disk as its first group" in apply(row).error
    assert puts == [("members of disk", ["backup"])]


@pytest.mark.parametrize(("shell", "value"), [("/bin/sh", {"disk": ["+tam"]}), ("/usr/sbin/nologin", "as listed")])
def test_above_the_numbers_of_people_only_who_can_log_in_is_one(etc, shell, value):
    (etc / "passwd").write_text(f"ops:x:1000:1000::/:/bin/sh\ntam:x:64055:1::/:{shell}\n")
    (etc / "group").write_text("disk:x:6:tam\n")
    assert read(a_row("ops", attribute="powers", groups=("disk",)))[0] == value


def test_check_mode_writes_nothing_and_says_the_same(apply, puts):
    write = apply(a_row("lan"), check_mode=True)
    assert (write.changes, write.error is not None, puts) == (True, True, [])


def test_where_no_such_group_is_the_row_has_no_meaning():
    row = a_row("ops", groups=("wheel",))
    assert privilege.observe([row])["LNX-A"].inapplicable == "there is no group wheel"


def test_a_line_that_cannot_be_parsed_leaves_it_open(etc):
    (etc / "group").write_text(FILES["group"] + "broken\n")
    assert "cannot be parsed" in privilege.observe([a_row("ops")])["LNX-A"].unreadable


@pytest.fixture(name="grants")
def fixture_grants(monkeypatch):
    monkeypatch.setattr(programs, "find", lambda name: f"/usr/bin/{name}")
    grants = [
        Grant("root", True, True),
        Grant("%sudo", True, False),
        Grant("ops", True, True),
        Grant("%docker", True, False),
        Grant("lan", True, True),
        Grant("hoa", False, True, ("/sbin/reboot", "sudoedit")),
        Grant("Defaults>root", False, True),
    ]
    monkeypatch.setattr(sudo_grants, "read", lambda: grants)


@pytest.mark.parametrize(
    ("attribute", "desired", "value"),
    [
        ("sudoers", ["ops"], ["%docker", "lan"]),
        ("sudoers", ["ops", "lan"], ["%docker"]),
        ("without_password", [], ["Defaults>root", "hoa: /sbin/reboot, sudoedit", "lan"]),
        ("without_password", ["lan", "hoa"], ["Defaults>root"]),
    ],
)
@pytest.mark.usefixtures("grants")
def test_what_sudo_gives_to_others_is_told_and_left_to_a_person(apply, puts, attribute, desired, value):
    row = a_row(*desired, attribute=attribute)
    assert read(row) == (value, value == "as listed")
    assert (apply(row).changes, puts) == (False, [])


@pytest.mark.parametrize(("attribute", "desired"), [("sudoers", ["ops", "lna"]), ("without_password", ["lna"])])
@pytest.mark.usefixtures("grants")
def test_a_misspelt_name_is_told_beside_those_who_are_too_much_in_sudoers(attribute, desired):
    row = a_row(*desired, attribute=attribute)
    reading = privilege.observe([row])["LNX-A"]
    assert "lan" in reading.value
    assert reading.weakness == "perhaps misspelt, for there is no account here: lna"


@pytest.mark.usefixtures("grants")
def test_a_name_that_has_no_account_here_is_no_fault_if_sudo_gives_nobody_else_anything():
    row = a_row("ops", "lan", "lna", attribute="sudoers", groups=("sudo", "docker"))
    reading = privilege.observe([row])["LNX-A"]
    assert (reading.value, reading.weakness) == ("as listed; no account here: lna", None)
    assert privilege.compare(row, reading)


def test_without_sudo_there_is_nothing_to_look_at(monkeypatch):
    monkeypatch.setattr(programs, "find", lambda _name: None)
    assert privilege.observe([a_row("ops", attribute="sudoers")])["LNX-A"].inapplicable == "sudo is not installed"
