# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A register in another place says the same, from either database into either; what is there is never overwritten."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._register import (
    copying,
    devices,
    kinds,
    records,
    runs,
    verification,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import StorageError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

START = datetime.datetime(2026, 3, 2, 1, 0, tzinfo=datetime.UTC)
ROW = {"id": "LNX-1", "control": "AC-08", "state": "fail", "desired": 600, "after": 0}


@pytest.fixture(name="filled")
def fixture_filled(register):
    with register.write("officer") as writer:
        records.put(writer, kinds.PERSON, {"code": "it01", "name": "Cán bộ CNTT"})
        pc = {"name": "pc-01", "class": "workstation", "zone": "lan", "macs": ["020000000001"], "custodian": "it01"}
        devices.put(writer, pc)
        runs.store(writer, runs.Run("run-1", "check", START, START), [runs.Assessment("pc-01", runs.ASSESSED, [ROW])])
    return register


@pytest.fixture(name="other", params=["sqlite", "postgresql"])
def fixture_other(request, tmp_path):
    return (
        str(tmp_path / "other.db")
        if request.param == "sqlite"
        else str(request.getfixturevalue("server").new_database())
    )


def test_a_copy_says_what_the_register_said_and_goes_on_from_there(filled, other):
    with filled.read() as reader:
        head = copying.copy(reader, other)
    copied = Register.open(other)
    with copied.read() as reader:
        assert verification.verify(reader, [head]).faults == ()
        assert [one.record["custodian"] for one in devices.find(reader)] == ["it01"]
    with copied.write("officer") as writer:
        devices.put(writer, {"name": "pc-02", "class": "workstation"})
        assert writer.head.events == head.events + 1
    with copied.read() as reader:
        assert verification.verify(reader, [head]).faults == ()
    copied.close()


def test_a_place_that_holds_a_register_is_left_alone(filled, place, foreign_sql):
    before = foreign_sql("SELECT * FROM events")
    with filled.read() as reader, pytest.raises(StorageError, match="holds a register already"):
        copying.copy(reader, place)
    assert foreign_sql("SELECT * FROM events") == before
