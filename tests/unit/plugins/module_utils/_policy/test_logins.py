# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sqlite3
import struct

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import logins

DAY = 86400


@pytest.fixture(name="places", autouse=True)
def fixture_places(tmp_path, monkeypatch):
    """An old system, whose lastlog is still written, but without any record yet."""
    for name in ("LASTLOG", "WTMP", "LASTLOG2"):
        monkeypatch.setattr(logins, name, str(tmp_path / name.lower()))
    (tmp_path / "pam_lastlog.so").touch()
    monkeypatch.setattr(logins, "_WRITERS_OF_LASTLOG", str(tmp_path / "pam_lastlog.so"))
    return tmp_path


def wtmp(kind, name, day):
    return struct.pack("<hxxi32s4s32s256shhiii4i20x", kind, 7, b"tty", b"id", name, b"", 0, 0, 0, day * DAY, *[0] * 5)


def lastlog2(path, rows):
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE Lastlog2(Name TEXT PRIMARY KEY, Time INTEGER, TTY TEXT)")
        database.executemany("INSERT INTO Lastlog2 VALUES (?, ?, 'pts/0')", rows)


def test_a_system_that_keeps_no_record_says_what_to_install():
    with pytest.raises(OSError, match="lastlog2"):
        logins.record()


def test_lastlog_is_read_at_the_place_of_each_user_id_and_goes_back_to_the_first_day(places):
    entry = struct.pack("<I32s256s", 20000 * DAY, b"pts/0", b"")
    (places / "lastlog").write_bytes(entry + entry)  # of root and daemon
    record = logins.record()
    assert (record.last["root"], record.last["daemon"], record.since) == (20000, 20000, 0)
    assert "bin" not in record.last


def test_an_empty_lastlog_tells_that_nobody_logged_in(places):
    (places / "lastlog").touch()
    assert logins.record() == ({}, 0)


def test_logins_at_a_desktop_stand_in_wtmp_also_after_it_was_rotated(places):
    (places / "lastlog").touch()
    (places / "wtmp.1").write_bytes(wtmp(7, b"lan", 20001))
    (places / "wtmp").write_bytes(wtmp(7, b"hoa", 20002) + wtmp(8, b"thu", 20003) + b"torn")
    assert logins.record().last == {"lan": 20001, "hoa": 20002}


def test_a_lastlog_that_nothing_writes_any_more_says_nothing(places):
    (places / "lastlog").touch()
    (places / "pam_lastlog.so").unlink()
    with pytest.raises(OSError, match="no record of logins"):
        logins.record()
    lastlog2(places / "lastlog2", [("lan", 20005 * DAY + 9), ("hoa", 20004 * DAY), ("thu", 0)])
    assert logins.record() == ({"lan": 20005, "hoa": 20004}, 20004)


def test_a_database_that_cannot_be_read_is_no_empty_record(places):
    (places / "lastlog2").write_text("no database")
    with pytest.raises(OSError, match="cannot read"):
        logins.record()
