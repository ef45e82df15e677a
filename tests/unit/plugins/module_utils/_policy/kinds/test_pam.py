# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import pam_stack
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import pam
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

AUTH = (
    "auth\t[success=1 default=ignore]\tpam_unix.so nullok\n"
    "auth\trequisite\tpam_deny.so\n"
    "auth\trequired\tpam_permit.so\n"
)
CHANGING = "password\trequired\tpam_unix.so\n"


@pytest.fixture(name="folder", autouse=True)
def fixture_folder(tmp_path, monkeypatch):
    folder = tmp_path / "pam.d"
    folder.mkdir()
    (folder / "common-auth").write_text(AUTH)
    (folder / "common-password").write_text(CHANGING)
    (folder / "login").write_text("@include common-auth\n")
    monkeypatch.setattr(pam_stack, "FOLDERS", (str(folder),))
    modules = tmp_path / "security"
    modules.mkdir()
    for name in ("pam_unix.so", "pam_sss.so", "pam_deny.so", "pam_permit.so", "pam_faillock.so", "pam_pwhistory.so"):
        (modules / name).write_text("")
    monkeypatch.setattr(pam, "MODULES", (str(modules),))
    monkeypatch.setattr(pam, "MODULES_OF_ARCHITECTURES", ())
    return folder


def a_row(**fields):
    row = {
        "id": "LNX-A",
        "service": "common-auth",
        "stack": "auth",
        "module": "pam_faillock.so",
        "desired": "required",
    }
    return {**row, **fields}


PREAUTH = a_row(arguments=["preauth"], before="pam_unix.so")
AUTHFAIL = a_row(id="LNX-B", arguments=["authfail"], desired="[default=die]", after="pam_unix.so")
NULLOK = a_row(id="LNX-C", module="pam_unix.so", argument="nullok", compare="absent", desired=None)
REMEMBER = a_row(
    id="LNX-D",
    service="common-password",
    stack="password",
    module="pam_pwhistory.so",
    argument="remember",
    arguments=["use_authtok"],
    desired=5,
    compare=">=",
    before="pam_unix.so",
)


def read(row):
    return pam.observe([row])[row["id"]]


@pytest.fixture(name="apply")
def fixture_apply(tmp_path):
    journal = Journal("run", folder=str(tmp_path / "journal"))
    return lambda *rows, check_mode=False: pam.apply(rows, pam.observe(rows), Writer(journal, check_mode=check_mode))


def test_a_service_that_is_not_there_is_no_concern():
    assert read(a_row(service="gdm")).inapplicable == f"there is no service gdm in {pam_stack.FOLDERS[0]}"


def test_a_stack_that_cannot_be_read_is_told(folder):
    (folder / "login").write_text("@include nowhere\n")
    assert "includes nowhere, which is not there" in read(a_row(service="login")).unreadable


def test_the_value_is_the_control_flag_and_where_it_stands(folder):
    reading = read(a_row(service="login", module="pam_deny.so"))
    assert (reading.value, reading.where, reading.weakness) == ("requisite", f"{folder}/common-auth:2", None)


def test_a_module_that_no_line_runs_has_no_value():
    reading = read(a_row())
    assert reading.value is None
    assert not pam.compare(a_row(), reading)
    assert pam.compare(a_row(compare="absent"), reading)


@pytest.mark.parametrize(("desired", "holds"), [("requisite", True), ("required", False)])
def test_a_control_flag_is_compared_by_what_it_does(desired, holds):
    row = a_row(module="pam_deny.so", desired=desired)
    assert pam.compare(row, read(row)) is holds


def test_of_several_lines_the_one_with_the_first_argument_is_meant(folder):
    (folder / "common-auth").write_text(
        "auth required pam_faillock.so preauth silent\nauth [default=die] pam_faillock.so authfail\n"
    )
    assert (read(PREAUTH).value, read(AUTHFAIL).value) == ("required", "[default=die]")


def test_a_line_that_is_never_reached_does_not_count(folder):
    (folder / "common-auth").write_text("auth requisite pam_deny.so\nauth required pam_faillock.so\n")
    assert read(a_row()).weakness == f"{folder}/common-auth:2 is never reached"


def test_a_line_that_can_be_passed_by_does_not_count(folder):
    (folder / "common-auth").write_text("auth sufficient pam_unix.so\nauth required pam_faillock.so\n")
    assert read(a_row()).weakness == f"a line before {folder}/common-auth:2 can grant access without it"


def test_a_line_that_counts_failures_may_be_passed_by_on_success(folder):
    (folder / "common-auth").write_text("auth sufficient pam_unix.so\nauth required pam_faillock.so authfail\n")
    assert read(AUTHFAIL).weakness is None


def test_a_line_that_lacks_an_argument_does_not_count(folder):
    (folder / "common-auth").write_text("auth required pam_faillock.so preauth deny=3\n")
    weakness = read(a_row(arguments=["preauth", "silent", "deny=5"])).weakness
    assert weakness == f"{folder}/common-auth:1 lacks silent, deny=5"


@pytest.mark.parametrize(
    ("arguments", "value", "holds"),
    [("remember=5", "5", True), ("remember=12", "12", True), ("remember=4", "4", False), ("", None, False)],
)
def test_the_value_of_an_argument(folder, arguments, value, holds):
    (folder / "common-password").write_text(f"password required pam_pwhistory.so {arguments} use_authtok\n")
    assert (read(REMEMBER).value, pam.compare(REMEMBER, read(REMEMBER))) == (value, holds)


def test_a_bare_argument_is_true():
    assert read(NULLOK).value is True
    assert not pam.compare(NULLOK, read(NULLOK))
    wanted = a_row(module="pam_unix.so", argument="nullok", desired=True)
    assert pam.compare(wanted, read(wanted))


def test_of_several_lines_the_one_that_falls_short_decides(folder):
    (folder / "common-auth").write_text("auth sufficient pam_unix.so\nauth required pam_unix.so nullok\n")
    assert read(NULLOK).where == f"{folder}/common-auth:2"


def test_faillock_is_put_around_the_password_module(apply, folder):
    assert apply(PREAUTH, AUTHFAIL, NULLOK) == dict.fromkeys(("LNX-A", "LNX-B", "LNX-C"), Write(changes=True))
    assert (folder / "common-auth").read_text() == (
        "auth\trequired\tpam_faillock.so preauth\n"
        "auth\t[success=2 default=ignore]\tpam_unix.so\n"
        "auth\t[default=die]\tpam_faillock.so authfail\n"
        "auth\trequisite\tpam_deny.so\n"
        "auth\trequired\tpam_permit.so\n"
    )
    assert [reading.weakness for reading in pam.observe([PREAUTH, AUTHFAIL, NULLOK]).values()] == [None] * 3
    assert apply(PREAUTH, AUTHFAIL, NULLOK) == dict.fromkeys(("LNX-A", "LNX-B", "LNX-C"), Write(changes=False))


DIRECTORY = (
    "auth\t[success=2 default=ignore]\tpam_unix.so nullok\n"
    "auth\t[success=1 default=ignore]\tpam_sss.so use_first_pass\n"
    "auth\trequisite\tpam_deny.so\n"
    "auth\trequired\tpam_permit.so\n"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            DIRECTORY,
            "auth\t[success=3 default=ignore]\tpam_unix.so nullok\n"
            "auth\t[success=2 default=ignore]\tpam_sss.so use_first_pass\n"
            "auth\t[default=die]\tpam_faillock.so authfail\n"
            "auth\trequisite\tpam_deny.so\n"
            "auth\trequired\tpam_permit.so\n",
        ),
        (
            "auth sufficient pam_unix.so\nauth sufficient pam_sss.so\nauth required pam_deny.so\n",
            "auth sufficient pam_unix.so\nauth sufficient pam_sss.so\n"
            "auth\t[default=die]\tpam_faillock.so authfail\nauth required pam_deny.so\n",
        ),
    ],
)
def test_failures_are_counted_behind_the_last_module_that_can_grant(apply, folder, before, after):
    (folder / "common-auth").write_text(before)
    assert apply(AUTHFAIL) == {"LNX-B": Write(changes=True)}
    assert (folder / "common-auth").read_text() == after
    assert read(AUTHFAIL).weakness is None


def test_a_line_that_shuts_out_the_people_of_another_module_is_refused(apply, folder):
    text = f"{DIRECTORY.splitlines()[0].replace('=2', '=3')}\nauth optional pam_faillock.so authfail\n"
    text += "".join(DIRECTORY.splitlines(keepends=True)[1:])
    (folder / "common-auth").write_text(text)
    error = apply(AUTHFAIL)["LNX-B"].error
    assert error == f"cannot change common-auth: {folder}/common-auth:3 runs pam_sss.so, whose people could not pass"
    assert (folder / "common-auth").read_text() == text


def test_a_line_that_keeps_another_module_from_granting_does_not_count(folder):
    text = DIRECTORY.replace("=2", "=3").replace(
        "auth\t[success=1", f"auth [default=die] {AUTHFAIL['module']} authfail\nauth\t[success=1"
    )
    (folder / "common-auth").write_text(text)
    assert read(AUTHFAIL).weakness == (
        f"{folder}/common-auth:2 keeps pam_sss.so of {folder}/common-auth:3 from letting anybody in: move it behind"
    )


def test_no_place_is_right_if_none_is_reached(apply, folder):
    (folder / "common-auth").write_text("auth requisite pam_deny.so\nauth sufficient pam_unix.so\n")
    assert apply(AUTHFAIL)["LNX-B"].error == "cannot change common-auth: no place behind pam_unix.so is ever reached"


def test_people_of_a_service_that_includes_the_file_are_kept_in(apply, folder):
    (folder / "common-auth").write_text("auth sufficient pam_unix.so\n")
    (folder / "login").write_text("@include common-auth\nauth sufficient pam_sss.so\nauth required pam_deny.so\n")
    assert f"{folder}/login:2 runs pam_sss.so, whose people could not pass" in apply(AUTHFAIL)["LNX-B"].error


def test_a_check_goes_before_every_module_that_can_grant(apply, folder):
    (folder / "common-password").write_text(
        "password [success=2 default=ignore] pam_sss.so\npassword [success=1 default=ignore] pam_unix.so\n"
        "password requisite pam_deny.so\npassword required pam_permit.so\n"
    )
    before = (folder / "common-password").read_text()
    assert apply(REMEMBER) == {"LNX-D": Write(changes=True)}
    assert (folder / "common-password").read_text() == (
        f"password\trequired\tpam_pwhistory.so use_authtok remember=5\n{before}"
    )


def test_an_empty_list_is_no_value():
    for row in (a_row(desired=[]), {**REMEMBER, "desired": []}):
        assert read(row).unreadable == "the row names no value that would be right"


def test_check_mode_promises_the_same_and_writes_nothing(apply, folder):
    behind = a_row(id="LNX-E", module="pam_pwhistory.so", after="pam_faillock.so")
    assert apply(PREAUTH, behind, check_mode=True) == dict.fromkeys(("LNX-A", "LNX-E"), Write(changes=True))
    assert (folder / "common-auth").read_text() == AUTH
    assert apply(PREAUTH, behind) == dict.fromkeys(("LNX-A", "LNX-E"), Write(changes=True))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (CHANGING, f"password\trequired\tpam_pwhistory.so use_authtok remember=5\n{CHANGING}"),
        ("password required pam_pwhistory.so remember=2\n", "password required pam_pwhistory.so remember=5\n"),
        ("password required pam_pwhistory.so x\n", "password required pam_pwhistory.so x remember=5\n"),
        ("password required pam_pwhistory.so remember=9\n", "password required pam_pwhistory.so remember=9\n"),
    ],
)
def test_an_argument_is_written_unless_it_is_good_enough(apply, folder, before, after):
    (folder / "common-password").write_text(before)
    assert apply(REMEMBER)["LNX-D"].error is None
    assert (folder / "common-password").read_text() == after


def test_a_line_gets_its_flag_and_the_arguments_it_lacks(apply, folder):
    (folder / "common-auth").write_text("auth optional pam_faillock.so preauth deny=3 # ours\n")
    apply(a_row(arguments=["preauth", "silent", "deny=5"]))
    assert (folder / "common-auth").read_text() == "auth required pam_faillock.so preauth deny=5 silent # ours\n"


def test_every_line_of_an_unwanted_module_goes(apply, folder):
    (folder / "common-auth").write_text(f"auth optional pam_faillock.so a\n{AUTH}auth optional pam_faillock.so b\n")
    assert apply(a_row(compare="absent", desired=None)) == {"LNX-A": Write(changes=True)}
    assert (folder / "common-auth").read_text() == AUTH


def test_every_line_loses_an_unwanted_argument(apply, folder):
    (folder / "common-auth").write_text("auth sufficient pam_unix.so nullok\nauth required pam_unix.so x nullok\n")
    apply(NULLOK)
    assert (folder / "common-auth").read_text() == "auth sufficient pam_unix.so\nauth required pam_unix.so x\n"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (a_row(module="pam_gone.so"), "pam_gone.so is not installed, and nobody could log in any more"),
        (a_row(before="pam_gone.so"), "runs pam_gone.so, before which pam_faillock.so is to stand"),
        (a_row(module="pam_deny.so", service="login", desired="optional"), "which other services share: name that one"),
        (a_row(module="pam_deny.so", desired="required", before="pam_unix.so", argument="x"), None),
        (a_row(module="pam_permit.so", compare="absent", desired=None), "nobody could pass"),
        (a_row(module="pam_unix.so", desired="[default=die]"), "nobody could pass"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_what_would_lock_people_out_is_refused(apply, folder, row, sentence, check_mode):
    error = apply(row, check_mode=check_mode)["LNX-A"].error
    assert (error is None) if sentence is None else (sentence in error)
    assert sentence is None or (folder / "common-auth").read_text() == AUTH


def test_a_service_that_includes_the_file_must_stay_passable(apply, folder):
    (folder / "login").write_text("auth [success=4 default=ignore] pam_unix.so\n@include common-auth\n")
    assert apply(PREAUTH) == {"LNX-A": Write(changes=True)}
    assert (folder / "login").read_text() == "auth [success=4 default=ignore] pam_unix.so\n@include common-auth\n"


def test_a_new_line_goes_behind_the_others_of_its_stack(apply, folder):
    (folder / "common-auth").write_text(f"{AUTH}account required pam_unix.so\n")
    apply(a_row())
    assert (
        folder / "common-auth"
    ).read_text() == f"{AUTH}auth\trequired\tpam_faillock.so\naccount required pam_unix.so\n"


def test_an_included_file_can_be_the_place(apply, folder):
    (folder / "login").write_text("account required pam_unix.so\n@include common-auth\n")
    apply(a_row(service="login", before="common-auth"))
    assert (folder / "login").read_text() == (
        "account required pam_unix.so\nauth\trequired\tpam_faillock.so\n@include common-auth\n"
    )


def test_owner_and_mode_of_the_file_stay(apply, folder):
    (folder / "common-auth").chmod(0o600)
    apply(PREAUTH)
    assert (folder / "common-auth").stat().st_mode & 0o777 == 0o600
