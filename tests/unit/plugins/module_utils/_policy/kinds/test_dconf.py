# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import dconf
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

IDLE, LOCK = "/org/gnome/desktop/session/idle-delay", "/org/gnome/desktop/screensaver/lock-enabled"
# Answers from two files, and compiles by joining what it is given. The real program is asked in tests/integration.
STAND_IN = """#!/bin/sh
case $1 in
    dump) cat {folder}/values ;;
    list-locks) cat {folder}/locks ;;
    compile) grep -q broken "$3/keys" && {{ echo "no key file" >&2; exit 1; }}; cat "$3/keys" "$3/locks/keys" > "$2" ;;
esac
"""


@pytest.fixture(name="host")
def fixture_host(tmp_path, monkeypatch):
    """A folder in place of /etc/dconf, and what the stand-in answers."""
    program = tmp_path / "bin/dconf"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(folder=tmp_path))
    program.chmod(0o755)
    (tmp_path / "values").touch()
    (tmp_path / "locks").touch()
    path = f"{program.parent}:/usr/bin:/bin"
    monkeypatch.setattr(programs, "_PATH", path)
    monkeypatch.setitem(programs.ENVIRONMENT, "PATH", path)
    monkeypatch.setattr(dconf, "_NOBODY", ())
    monkeypatch.setattr(dconf, "ETC", str(tmp_path / "etc"))
    monkeypatch.setattr(dconf, "PROFILES", (str(tmp_path / "shipped"),))
    return tmp_path


@pytest.fixture(name="journal")
def fixture_journal(tmp_path_factory):
    return Journal("run", folder=str(tmp_path_factory.mktemp("journal")))


def idle(desired=600):
    return {"id": "idle", "key": IDLE, "type": "uint32", "desired": desired, "compare": "<=", "minimum": 1}


def lock(desired=True):
    return {"id": "lock", "key": LOCK, "type": "boolean", "desired": desired}


def says(host, values, *locks):
    (host / "values").write_text(values)
    (host / "locks").write_text("".join(f"{key}\n" for key in locks))


def apply(rows, journal, *, check_mode=False):
    return dconf.apply(rows, dconf.observe(rows), Writer(journal, check_mode=check_mode))


def text(host, name):
    return (host / "etc" / name).read_text()


@pytest.mark.parametrize(
    ("printed", "value", "meets"),
    [
        ("uint32 600", 600, True),
        ("uint32 300", 300, True),
        ("uint32 601", 601, False),
        ("uint32 0", 0, False),
    ],
)
def test_a_number_is_held_against_its_bounds(host, printed, value, meets):
    says(host, f"[org/gnome/desktop/session]\nidle-delay={printed}\n", IDLE)
    reading = dconf.observe([idle()])["idle"]
    assert (reading.value, reading.weakness, dconf.compare(idle(), reading)) == (value, None, meets)


def test_a_value_that_users_can_change_counts_for_nothing(host):
    says(host, "[org/gnome/desktop/session]\nidle-delay=uint32 600\n", LOCK)
    assert dconf.observe([idle()])["idle"].weakness == "it is 600, but every user can change it"


@pytest.mark.parametrize("printed", ["600", "int64 600", "'600'", "uint32 600 "])
def test_a_value_of_another_type_counts_for_nothing_even_if_it_is_locked(host, printed):
    says(host, f"[org/gnome/desktop/session]\nidle-delay={printed}x\n", IDLE)
    assert dconf.observe([idle()])["idle"].weakness == f"it is {printed}x, no uint32, so programs pass it by"


@pytest.mark.parametrize(("printed", "meets"), [("true", True), ("false", False)])
def test_a_switch_is_true_or_false(host, printed, meets):
    says(host, f"[org/gnome/desktop/screensaver]\nlock-enabled={printed}\n", LOCK)
    assert dconf.compare(lock(), dconf.observe([lock()])["lock"]) is meets


def test_a_key_that_nobody_sets_has_no_value_and_fails(host):
    reading = dconf.observe([idle()])["idle"]
    assert reading == Reading()
    assert not dconf.compare(idle(), reading)


@pytest.mark.parametrize(
    ("has_service", "expected"),
    [
        (True, Reading(unreadable="dconf is not installed; on Debian it is in the package dconf-cli")),
        (False, Reading(inapplicable="there is no dconf")),
    ],
)
def test_without_the_program_only_a_host_without_the_service_is_out_of_question(
    host, monkeypatch, has_service, expected
):
    (host / "bin/dconf").unlink()
    monkeypatch.setattr(dconf, "SERVICE", os.fspath(host / ("values" if has_service else "none")))
    assert dconf.observe([idle()]) == {"idle": expected}


def test_keys_and_locks_are_compiled_once_and_the_profile_names_the_database(host, journal):
    rows = [idle(), lock()]
    promised = apply(rows, journal, check_mode=True)
    assert not (host / "etc").exists()
    assert apply(rows, journal) == promised == {"idle": Write(changes=True), "lock": Write(changes=True)}
    keys, locks = (
        text(host, f"db/commune-baseline.d/{name}") for name in ("00-commune-baseline", "locks/00-commune-baseline")
    )
    assert keys.splitlines()[1:] == [
        "[org/gnome/desktop/session]",
        "idle-delay=uint32 600",
        "[org/gnome/desktop/screensaver]",
        "lock-enabled=true",
    ]
    assert locks.splitlines()[1:] == [IDLE, LOCK]
    assert text(host, "db/commune-baseline") == keys + locks
    assert text(host, "profile/user") == "user-db:user\nsystem-db:commune-baseline\n"
    assert apply(rows, journal) == {"idle": Write(), "lock": Write()}


def test_a_stricter_value_of_the_host_stays_and_is_locked(host, journal):
    says(host, "[org/gnome/desktop/session]\nidle-delay=uint32 300\n")
    apply([idle()], journal)
    assert "idle-delay=uint32 300\n" in text(host, "db/commune-baseline.d/00-commune-baseline")


@pytest.mark.parametrize("damage", ["idle-delay=uint32 0\n", "broken\n"])
def test_a_database_that_is_not_what_its_files_say_fails_and_is_made_anew(host, journal, damage):
    says(host, "[org/gnome/desktop/session]\nidle-delay=uint32 600\n", IDLE)
    apply([idle()], journal)
    keys = host / "etc/db/commune-baseline.d/00-commune-baseline"
    keys.write_text(damage)
    assert dconf.observe([idle()])["idle"].weakness == "the database that dconf reads is not what its key files say"
    apply([idle()], journal)
    assert "idle-delay=uint32 600\n" in keys.read_text()
    assert dconf.observe([idle()])["idle"].weakness is None


def test_what_dconf_refuses_is_told_and_nothing_is_written(host, journal):
    (host / "bin/dconf").write_text("#!/bin/sh\n[ $1 != compile ] || { echo 'no key file' >&2; exit 2; }\n")
    error = apply([idle()], journal)["idle"].error
    assert error.startswith("cannot write to dconf: dconf compile ")
    assert error.endswith("failed with code 2: no key file")
    assert not (host / "etc").exists()


def test_a_program_that_fails_leaves_the_rows_unknown(host):
    (host / "bin/dconf").write_text("#!/bin/sh\necho 'out of order' >&2; exit 3\n")
    unreadable = dconf.observe([idle()])["idle"].unreadable
    assert unreadable == "env HOME=/nonexistent dconf dump / failed with code 3: out of order"


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("user-db:user\n", "user-db:user\nsystem-db:commune-baseline\n"),
        ("user-db:user", "user-db:user\nsystem-db:commune-baseline\n"),
        ("user-db:user\nsystem-db:local\n", "user-db:user\nsystem-db:local\nsystem-db:commune-baseline\n"),
        (
            "user-db:user\nsystem-db:commune-baseline\nsystem-db:site\n",
            "user-db:user\nsystem-db:site\nsystem-db:commune-baseline\n",
        ),
        ("user-db:user\nsystem-db:commune-baseline # ours\n\n", "user-db:user\nsystem-db:commune-baseline # ours\n\n"),
        (
            "user-db:user\n# system-db:commune-baseline\n",
            "user-db:user\n# system-db:commune-baseline\nsystem-db:commune-baseline\n",
        ),
    ],
)
def test_our_database_is_made_the_last_one_since_its_locks_are_to_decide(profile, expected):
    assert dconf.with_our_database(profile) == expected


def test_the_profile_that_a_package_ships_is_kept_as_the_beginning_of_ours(host, journal):
    (host / "shipped").write_text("user-db:user\nsystem-db:vendor\n")
    apply([idle()], journal)
    assert text(host, "profile/user") == "user-db:user\nsystem-db:vendor\nsystem-db:commune-baseline\n"
