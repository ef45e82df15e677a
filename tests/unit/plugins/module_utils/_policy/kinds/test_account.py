# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import time

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import account_guard, accounts, programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import account
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import account_entry

TODAY = int(time.time() // 86400)
pytestmark = pytest.mark.usefixtures("noon")
FILES = {
    "passwd": (
        "root:x:0:0::/root:/bin/bash\n"
        "daemon:x:1:1::/:/usr/sbin/nologin\n"
        "games:x:5:60::/:/bin/sh\n"
        "+::::::\n"
        "ops:x:1000:1000::/home/ops:/bin/bash\n"
        "lan:x:1001:1001::/home/lan:\n"
        "key:x:1002:1002::/home/key:/bin/bash\n"
        "gone:x:1003:1003::/home/gone:/usr/sbin/nologin\n"
        "nobody:x:65534:65534::/:/bin/false\n"
    ),
    "shadow": (
        "root:*:19000:0:99999:7:::\n"
        "daemon:*:19000:0:99999:7:::\n"
        "games:*:19000:0:99999:7:::\n"
        f"ops:$y$secret:{TODAY - 10}:0:99999:7:::\n"
        f"lan:$y$secret:{TODAY - 100}:0:60:14:30::\n"
        "key:!:19000:0:99999:7:::\n"
        "gone:$y$secret:19000:0:99999:7:::\n"
        "nobody:*:19000::::::\n"
    ),
    "group": "root:x:0:\nsudo:x:27:ops\nusers:x:100:lan,ops\nempty:x:101:\n",
    "login.defs": "# UID_MIN 5\nUID_MIN 1000\nUID_MAX 60000\n",
    "sudoers": "%users,%sudo ALL=(ALL) ALL\n# %empty ALL=ALL\n",
    "sshd_config": "allowgroups admins users\n",
}


@pytest.fixture(name="etc", autouse=True)
def fixture_etc(account_files):
    return account_files(FILES)


@pytest.fixture(name="tools")
def fixture_tools(tmp_path, monkeypatch):
    """Programs in the place of shadow-utils' that note how they were called."""
    (tmp_path / "bin").mkdir()
    for name in ("chage", "usermod", "gpasswd", "passwd"):
        tool = tmp_path / "bin" / name
        tool.write_text(f'#!/bin/sh\necho {name} "$@" >>{tmp_path}/calls\n')
        tool.chmod(0o755)
    monkeypatch.setitem(programs.ENVIRONMENT, "PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return lambda: (tmp_path / "calls").read_text().splitlines() if (tmp_path / "calls").exists() else []


@pytest.fixture(name="apply")
def fixture_apply(apply_by):
    return functools.partial(apply_by, account)


def a_row(**fields):
    return {"id": "LNX-A", "attribute": "maximum_days", "desired": 90, **fields}


def read(**fields):
    return account.observe([a_row(**fields)])["LNX-A"]


def holds(**fields):
    return account.compare(a_row(**fields), read(**fields))


@pytest.mark.parametrize(
    ("chosen", "names"),
    [
        ({"accounts": "root"}, {"root"}),
        ({"accounts": "people"}, {"ops", "lan", "key"}),
        ({"accounts": "system"}, {"daemon", "games", "nobody"}),
        ({"accounts": "everyone"}, {"root", "daemon", "games", "ops", "lan", "key", "gone", "nobody"}),
        ({"name": "lan"}, {"lan"}),
        ({"name": "lan", "accounts": "root"}, {"lan"}),
    ],
)
def test_a_row_means_some_accounts(chosen, names):
    assert read(attribute="shell", desired="none", **chosen).value.keys() == names


def test_bounds_of_people_come_from_login_defs(etc):
    (etc / "login.defs").write_text("UID_MIN\t1001\n")
    assert read(attribute="shell", desired="none", accounts="people").value.keys() == {"lan", "key"}
    (etc / "login.defs").unlink()
    assert read(attribute="shell", desired="none", accounts="people").value.keys() == {"ops", "lan", "key"}


@pytest.mark.parametrize(
    ("uid", "shell", "sorts"),
    [
        (999, "/bin/sh", {"system"}),
        (60000, "/bin/sh", {"people"}),
        (60001, "/bin/sh", {"people"}),
        (100000, "/bin/sh", {"people"}),
        (64055, "/usr/sbin/nologin", set()),
        (65534, "/bin/sh", {"system"}),
        (0, "/bin/sh", set()),
    ],
)
def test_a_number_above_those_that_useradd_gives_makes_no_system_account(etc, uid, shell, sorts):
    with (etc / "passwd").open("a") as file:
        file.write(f"tam:x:{uid}:1::/:{shell}\n")
    found = {
        sort for sort in ("people", "system") if "tam" in read(attribute="shell", desired="none", accounts=sort).value
    }
    assert found == sorts


def test_who_falls_short_is_named():
    assert read(accounts="people", compare="<=").value == {"ops": 99999}
    assert not holds(accounts="people", compare="<=")


def test_what_all_have_in_common_is_the_value():
    assert read(accounts="people", compare="<=", desired=99999).value == [99999, 60]
    assert read(name="lan", compare="<=").value == 60
    assert holds(accounts="people", compare="<=", desired=99999)


@pytest.mark.parametrize("field", ["", "-1"])
def test_an_age_without_a_bound_is_none(etc, field):
    (etc / "shadow").write_text(f"lan:$y$x:19000:0:{field}:7:::\n")
    assert read(name="lan", compare="<=").value == {"lan": None}


def test_a_number_that_switches_the_bound_off_falls_short(etc):
    (etc / "shadow").write_text("lan:$y$x:19000:0:0:7:::\n")
    assert not holds(name="lan", compare="<=", minimum=1)


@pytest.mark.parametrize("name", ["key", "games", "nobody"])
def test_without_a_password_nothing_grows_old(name):
    assert "password that could grow old" in read(name=name).inapplicable
    assert read(name=name, attribute="expires", compare="absent").value is None


@pytest.mark.parametrize(
    ("secret", "sort"),
    [("$y$x", "set"), ("", "blank"), ("!", "locked"), ("!$y$x", "locked"), ("*", "locked"), ("!*", "locked")],
)
def test_of_a_password_only_the_sort_is_read(etc, secret, sort):
    (etc / "shadow").write_text(f"lan:{secret}:19000:0:60:7:::\n")
    assert read(name="lan", attribute="password", desired=sort).value == sort


def test_a_password_in_passwd_counts(etc):
    (etc / "passwd").write_text("lan::1001:1001::/:/bin/sh\n")
    assert read(name="lan", attribute="password", desired="set").value == {"lan": "blank"}


def test_blank_passwords_are_found_among_all():
    row = {"accounts": "everyone", "attribute": "password", "compare": "in", "desired": ["set", "locked"]}
    assert holds(**row)
    assert sorted(read(**row).value) == ["locked", "set"]


@pytest.mark.parametrize(("uid", "value"), [("0", {"toor": 0}), ("1000", {"toor": 1000}), ("4711", "unique")])
def test_a_second_account_with_the_same_number_is_named(etc, uid, value):
    with (etc / "passwd").open("a") as file:
        file.write(f"toor:x:{uid}:0::/:/bin/sh\n")
    assert read(accounts="everyone", attribute="uid", desired="unique").value == value


@pytest.mark.parametrize(
    ("desired", "value", "meets"),
    [(["users", "sudo"], ["sudo", "users"], True), (["sudo"], {"ops": ["sudo", "users"]}, False)],
)
def test_groups_are_compared_without_their_order(desired, value, meets):
    row = {"name": "ops", "attribute": "groups", "desired": desired}
    assert (read(**row).value, holds(**row)) == (value, meets)


@pytest.mark.parametrize(
    ("group", "desired", "meets"),
    [("users", ["ops", "lan"], True), ("users", ["ops"], False), ("empty", [], True), ("empty", ["ops"], False)],
)
def test_members_are_compared_without_their_order(group, desired, meets):
    assert holds(group=group, attribute="members", desired=desired) is meets


def test_what_is_not_there_is_no_concern():
    assert read(name="nobody-here").inapplicable == "there is no account nobody-here"
    assert read(group="no-group", attribute="members", desired=[]).inapplicable == "no such group"


def test_files_that_cannot_be_read_are_told(etc):
    (etc / "shadow").unlink()
    assert read(name="ops").unreadable == f"cannot read the accounts: there is no {etc}/shadow"


@pytest.mark.parametrize(
    ("fields", "calls"),
    [
        ({"accounts": "people", "compare": "<="}, ["chage --maxdays 90 ops"]),
        ({"name": "lan", "attribute": "minimum_days", "desired": 1, "compare": ">="}, ["chage --mindays 1 lan"]),
        ({"name": "lan", "attribute": "inactive_days", "compare": "absent"}, ["chage --inactive -1 lan"]),
        ({"name": "lan", "attribute": "warn_days", "desired": "21"}, ["chage --warndays 21 lan"]),
        ({"name": "ops", "attribute": "expires", "desired": TODAY + 29}, [f"chage --expiredate {TODAY + 29} ops"]),
        (
            {
                "accounts": "system",
                "attribute": "shell",
                "compare": "in",
                "desired": ["/usr/sbin/nologin", "/bin/false"],
            },
            ["usermod --shell /usr/sbin/nologin games"],
        ),
        ({"name": "lan", "attribute": "password", "desired": "locked"}, ["usermod --lock lan"]),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_falls_short_is_corrected(apply, tools, fields, calls, check_mode):
    assert apply(a_row(**fields), check_mode=check_mode) == Write(changes=True)
    assert tools() == ([] if check_mode else calls)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"name": "ops", "attribute": "password", "desired": "locked"},
            "ops would lose its login, and we came in by it",
        ),
        (
            {"name": "ops", "attribute": "shell", "desired": "/bin/false"},
            "ops would lose its login, and we came in by it",
        ),
        (
            {"name": "ops", "attribute": "expires", "desired": TODAY + 9},
            "ops would lose its login, and we came in by it",
        ),
        ({"name": "ops", "desired": 5}, "ops would lose its login, and we came in by it"),
        ({"name": "ops", "attribute": "expires", "desired": TODAY}, "ops would lose its login, and we came in by it"),
        ({"name": "lan", "attribute": "shell", "desired": "/no/shell"}, "/no/shell is no program"),
        ({"name": "key", "attribute": "password", "desired": "set"}, "the password of key is for a person to correct"),
        ({"name": "key", "attribute": "uid", "desired": 7}, "the uid of key is for a person to correct"),
        ({"group": "sudo", "attribute": "members", "desired": []}, "ops needs the group sudo"),
        ({"group": "users", "attribute": "members", "desired": ["lan"]}, "ops needs the group users"),
        ({"group": "empty", "attribute": "members", "desired": ["ghost"]}, "there is no account ghost"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_must_not_be_done_is_refused(apply, tools, fields, sentence, check_mode):
    write = apply(a_row(**fields), check_mode=check_mode)
    assert (write.changes, sentence in write.error, tools()) == (False, True, [])


@pytest.mark.parametrize(
    ("config", "group"), [("sudoers", "helpers"), ("sshd_config", "helpers"), ("sudoers", "empty"), (None, "helpers")]
)
def test_a_group_opens_doors_if_sudo_or_sshd_names_it(etc, config, group):
    texts = {
        "sudoers": "User_Alias X = %helpers, lan\n# %empty\n%help ALL=ALL\n",
        "sshd_config": "Match group helpers\n",
    }
    for name in ("sudoers", "sshd_config"):
        (etc / name).write_text(texts[name] if name == config else "%helpers2 x\nAllowGroups helpers-two\n")
    (etc / "group").write_text(f"{group}:x:7:ops\n")
    refused = account_guard.refusal(account_entry.name_of("members", group), [], "ops") is not None
    assert refused is (config is not None and group == "helpers")


@pytest.mark.parametrize(("by", "refused"), [("ops", False), (None, True), ("root", True)])
def test_root_is_the_way_in_if_nobody_else_came(apply, etc, tools, by, refused):
    (etc / "shadow").write_text(FILES["shadow"].replace("root:*", "root:$y$x"))
    row = a_row(name="root", attribute="password", desired="locked")
    assert (apply(row, by=by).error is not None) is refused


def test_root_is_the_last_way_in_without_people(apply, etc, tools):
    (etc / "passwd").write_text("root:x:0:0::/root:/bin/bash\n")
    (etc / "shadow").write_text("root:$y$x:19000:0:99999:7:::\n")
    assert apply(a_row(name="root", attribute="password", desired="locked"), by="ldap-user").error is not None


def test_one_account_that_refuses_does_not_stop_the_others(apply, etc, tools):
    (etc / "shadow").write_text(FILES["shadow"].replace("7:::\nlan", "7:::\nlan").replace(":60:14", ":99999:14"))
    write = apply(a_row(accounts="people", desired=50, compare="<="), by="lan")
    assert write == Write(changes=True, error="lan would lose its login, and we came in by it")
    assert tools() == ["chage --maxdays 50 ops"]


def test_a_tool_that_fails_says_why(apply, tools, etc):
    (etc / "bin/chage").write_text("#!/bin/sh\necho 'cannot lock /etc/passwd' >&2\nexit 1\n")
    write = apply(a_row(name="ops"))
    assert write.error.startswith("cannot change maximum_days of ops: chage ")
    assert write.error.endswith("cannot lock /etc/passwd")


def test_groups_of_an_account_are_corrected_group_by_group(apply, tools):
    assert apply(a_row(name="lan", attribute="groups", desired=["empty"]), check_mode=True) == Write(changes=True)
    assert apply(a_row(name="ops", attribute="groups", desired=["users"]), check_mode=True).error is not None


def test_a_thing_of_a_lost_account_is_told_apart():
    assert account_entry.capture("shell of nobody-here") == "no such account"
    assert account_entry.capture("members of no-group") == "no such account"


@pytest.mark.parametrize(
    ("secret", "state", "calls"),
    [
        ("!$y$x", "set", ["usermod --unlock lan"]),
        ("$y$new", "set", []),
        ("!", "blank", ["passwd --delete lan"]),
        ("!$y$new", "blank", []),
        ("$y$new", "blank", []),
        ("", "blank", []),
        ("$y$x", "locked", ["usermod --lock lan"]),
        ("*", "locked", []),
    ],
)
def test_a_password_that_was_set_since_is_kept(etc, tools, secret, state, calls):
    (etc / "shadow").write_text(f"lan:{secret}:19000:0:60:7:::\n")
    account_entry.put("password of lan", state)
    assert tools() == calls


def test_members_without_an_account_are_left_out(tools):
    account_entry.put("members of users", ["root", "no-such-member-here"])
    assert tools() == ["gpasswd --members root users"]


def test_no_hash_reaches_the_journal(apply, etc, tools):
    for attribute, desired in (("password", "locked"), ("maximum_days", 30)):
        apply(a_row(name="lan" if attribute == "password" else "gone", attribute=attribute, desired=desired))
    kept = "".join(file.read_text() for file in (etc / "journal").rglob("*") if file.is_file())
    assert "password of lan" in kept
    assert "secret" not in kept


OLD = TODAY - 100


def shadow_of(etc, *fields):
    (etc / "shadow").write_text(
        FILES["shadow"].replace(f"lan:$y$secret:{OLD}:0:60:14:30::", f"lan:$y$secret:{':'.join(fields)}::")
    )


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ((f"{OLD}", "0", "99999", "7", ""), {"desired": 90, "compare": "<="}),
        ((f"{OLD}", "0", "99999", "7", ""), {"desired": 99, "compare": "<="}),
        ((f"{OLD}", "0", "60", "7", ""), {"attribute": "inactive_days", "desired": 30}),
        ((f"{OLD}", "0", "60", "7", "90"), {"attribute": "inactive_days", "desired": 39}),
        ((f"{TODAY}", "0", "60", "7", ""), {"attribute": "expires", "desired": TODAY}),
        (("", "0", "", "7", ""), {"desired": 90, "compare": "<="}),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_nobody_is_shut_out_at_once_by_an_age(apply, tools, etc, fields, row, check_mode):
    shadow_of(etc, *fields)
    write = apply(a_row(name="lan", **row), check_mode=check_mode)
    assert (write.changes, tools()) == (False, [])
    assert write.error == (
        "lan would be shut out at once, with a password or account that has expired: let them change their passwords "
        "first, or let an administrator run chage by hand"
    )


@pytest.mark.parametrize(
    ("fields", "row"),
    [
        ((f"{OLD}", "0", "99999", "7", ""), {"desired": 100, "compare": "<="}),
        ((f"{OLD}", "0", "60", "7", ""), {"attribute": "inactive_days", "desired": 40}),
        ((f"{OLD}", "0", "60", "7", ""), {"desired": 30, "compare": "<="}),
        (("0", "0", "60", "7", ""), {"desired": 30, "compare": "<="}),
        ((f"{TODAY + 5}", "0", "", "7", ""), {"desired": 30, "compare": "<="}),
        ((f"{TODAY}", "0", "60", "7", ""), {"attribute": "expires", "desired": TODAY + 1}),
    ],
)
def test_an_age_that_shuts_out_nobody_anew_is_written(apply, tools, etc, fields, row):
    shadow_of(etc, *fields)
    assert apply(a_row(name="lan", **row)) == Write(changes=True)
    assert len(tools()) == 1


def test_one_sentence_names_all_who_would_be_shut_out_and_the_others_are_corrected(apply, tools, etc):
    shadow = FILES["shadow"].replace("key:!:", "key:$y$secret:").replace(":60:14:30", ":99999:14:")
    (etc / "shadow").write_text(shadow)
    write = apply(a_row(accounts="people", compare="<="))
    assert write.error.startswith("lan, key would be shut out at once")
    assert (write.changes, tools()) == (True, ["chage --maxdays 90 ops"])


@pytest.mark.parametrize("uid", ["0", " 0", "+0", "\t00", "-0", "-18446744073709551616000"])
def test_a_number_is_read_as_the_c_library_reads_it(etc, uid):
    with (etc / "passwd").open("a") as file:
        file.write(f" \ttoor:x:{uid}:0::/:/bin/sh\n")
    uids = accounts.accounts()["toor"].uid
    assert uids == (0 if len(uid) < 5 else 0xFFFFFFFF)


def test_a_line_of_few_fields_is_an_account_all_the_same(etc):
    (etc / "passwd").write_text("toor::0:0\n\n  # toor\n")
    assert read(accounts="everyone", attribute="password", desired="set").value == {"toor": "blank"}
    assert accounts.accounts()["toor"].may_log_in


def test_a_shell_may_hold_a_colon(etc):
    (etc / "passwd").write_text("lan:x:1001:1001::/:/bin/sh:nologin\n")
    assert accounts.accounts()["lan"].shell == "/bin/sh:nologin"


def test_of_two_shadow_lines_the_first_counts(etc):
    (etc / "shadow").write_text("lan::19000:0:60:14:30::\nlan:!:19000:0:60:14:30::\n")
    assert read(name="lan", attribute="password", desired="set").value == {"lan": "blank"}


@pytest.mark.parametrize(("field", "days"), [(" 60", 60), ("-1", None), ("4294967295", None), ("99999999999", None)])
def test_days_are_read_as_the_c_library_reads_them(etc, field, days):
    (etc / "shadow").write_text(f"lan:$y$x:19000:0:{field}:7:::\n")
    assert accounts.accounts()["lan"].ages["maximum_days"] == days


SHELL = {"attribute": "shell", "desired": "/bin/bash", "name": "ops"}
BLANK = {"attribute": "password", "desired": "set", "name": "ops"}
AGE = {"name": "ops", "desired": 99999}
IN = {"attribute": "groups", "desired": ["sudo", "users"], "name": "ops"}
OF = {"attribute": "members", "desired": ["ops"], "group": "sudo"}


@pytest.mark.parametrize(
    ("name", "line", "concerned", "others"),
    [
        ("passwd", "ops", [SHELL, BLANK, AGE, IN], [OF]),
        ("passwd", "toor:x:0 :0::/:/bin/sh", [SHELL, BLANK, AGE, IN], [OF]),
        ("passwd", "toor:x:0:none::/:/bin/sh", [SHELL, BLANK, AGE, IN], [OF]),
        ("passwd", ":x:0:0::/:/bin/sh", [SHELL, BLANK, AGE, IN], [OF]),
        ("shadow", "lan:$y$x:19000:0", [BLANK, AGE], [SHELL, IN, OF]),
        ("shadow", "lan:$y$x:19000:0:soon:7:::", [BLANK, AGE], [SHELL, IN, OF]),
        ("group", "sudo:x", [IN, OF], [SHELL, BLANK, AGE]),
        ("group", "sudo:x:many:lan", [IN, OF], [SHELL, BLANK, AGE]),
    ],
)
def test_a_line_that_cannot_be_parsed_is_told_and_nothing_passes(etc, name, line, concerned, others):
    with (etc / name).open("a") as file:
        file.write(f"{line}\n")
    number = FILES[name].count("\n") + 1
    assert {read(**row).unreadable for row in concerned} == {
        f"{etc}/{name}:{number} cannot be parsed: correct the line"
    }
    assert {read(**row).unreadable for row in others} == {None}


def test_members_of_all_lines_of_a_group_count(etc):
    (etc / "group").write_text("sudo:x:27:ops\n sudo:x:27: lan,ops\nbare:x:28\n")
    assert accounts.members() == {"sudo": ["ops", "lan"], "bare": []}


@pytest.mark.parametrize("by", [None, "root"])
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "toor", "attribute": "password", "desired": "locked"}, "toor would lose its login"),
        ({"name": "root", "attribute": "shell", "desired": "/bin/false"}, "root would lose its login"),
        ({"name": "root", "attribute": "expires", "desired": 1}, "root would lose its login"),
        ({"group": "admins", "attribute": "members", "desired": []}, "root needs the group admins to log in"),
    ],
)
def test_who_came_in_as_root_keeps_every_way_of_root(apply, etc, tools, by, fields, sentence):
    (etc / "passwd").write_text(f"{FILES['passwd']}toor:x:0:0::/:/bin/sh\n")
    (etc / "shadow").write_text(f"{FILES['shadow']}toor:$y$x:19000:0:::::\n")
    (etc / "group").write_text(f"{FILES['group']}admins:x:102:root\n")
    write = apply(a_row(**fields), by=by)
    assert (write.changes, sentence in (write.error or ""), tools()) == (False, True, [])


@pytest.mark.parametrize("attribute", ["password", "shell", "maximum_days", "uid"])
@pytest.mark.parametrize("by", ["==", "in", "<=", ">="])
def test_an_empty_list_is_no_value(apply, tools, attribute, by):
    row = {"name": "lan", "attribute": attribute, "desired": [], "compare": by}
    assert read(**row).unreadable == "the row names no value that would be right"
    assert (apply(a_row(**row)), tools()) == (Write(error="the row names no value that would be right"), [])


def test_an_account_is_locked_only_if_that_is_right(apply, tools):
    row = a_row(name="key", attribute="password", compare="in", desired=["set"])
    assert (apply(row), tools()) == (Write(error="the password of key is for a person to correct"), [])
