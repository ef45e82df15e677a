# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes out of the register as a file comes back as it was, and no program makes a formula of it."""

from __future__ import annotations

import csv
import datetime
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import PERSON
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import exporting, importing

SHEETS = ("person", "device", "media", "software", "licences")
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
TRAPS = ["=1+1", "+84 24", "-2+3", "@SUM(1)", "'=1", "''", "{{ 7*7 }}", "'; DROP TABLE devices; --", "_x0041_", "00123"]
LINE = st.one_of(
    st.sampled_from(TRAPS),
    st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn"]), min_size=1, max_size=12),
)
DEVICE = st.fixed_dictionaries(
    {"name": LINE, "class": st.sampled_from(["workstation", "server"])},
    optional={
        "model": LINE,
        "department": LINE,
        "note": st.lists(LINE, min_size=1, max_size=3).map("\n".join),
        "received_on": st.dates(max_value=datetime.date(2026, 1, 1), min_value=datetime.date(1990, 1, 1)).map(str),
        "macs": st.lists(st.integers(1, 255).map(lambda one: f"02:00:00:00:00:{one:02x}"), max_size=3, unique=True),
        "software": st.lists(st.fixed_dictionaries({"name": LINE}, optional={"version": LINE}), max_size=3),
        "licences": st.lists(
            st.fixed_dictionaries({"product": LINE}, optional={"seats": st.integers(0, 2**62), "reference": LINE}),
            max_size=2,
        ),
        "media": st.lists(
            st.fixed_dictionaries(
                {"serial": LINE, "kind": st.sampled_from(["ssd", "other"])}, optional={"bytes": st.integers(0, 2**62)}
            ),
            max_size=2,
        ),
    },
)


def contents(register: Register) -> list[Any]:
    with register.read() as reader:
        found = [*devices.find(reader), *records.select(reader, PERSON)]
    return [one.record for one in found]


def cells(path: Path) -> list[str]:
    """Return the texts of all cells, read by others."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [cell for row in csv.reader(file) for cell in row]
    book = openpyxl.load_workbook(path)
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in found if cell.value is not None} <= {"s"}
    with zipfile.ZipFile(path) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())
    return [cell.value for cell in found if cell.value]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@given(given_devices=st.lists(DEVICE, max_size=4), person=LINE, language=st.sampled_from(["vi", "en"]))
@settings(max_examples=30, deadline=None)
def test_a_register_that_is_exported_and_imported_elsewhere_is_the_same(
    ending: str, given_devices: list[dict[str, Any]], person: str, language: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here, there = (Register.open(str(Path(folder) / name), create=True) for name in ("here.db", "there.db"))
        for one in ({"code": "cb-01", "name": person, "roles": ["it_officer", "nguoi_kiem"]}, *given_devices):
            try:
                with here.write("officer") as writer:
                    _put = records.put(writer, PERSON, one) if "code" in one else devices.put(writer, one)
            except RegisterError:
                continue
        paths = [Path(folder) / f"{name}.{ending}" for name in (SHEETS if ending == "csv" else ("all",))]
        for path in paths:
            with here.read() as reader:
                exporting.export(reader, path, exporting.Wanted(language, path.stem, template=False), dry_run=False)
            assert not any(cell.startswith(FORMULAS) for cell in cells(path)) or ending == "xlsx"
            with there.write("officer") as writer:
                importing.store(writer, path)
        assert contents(there) == contents(here)
        here.close()
        there.close()
