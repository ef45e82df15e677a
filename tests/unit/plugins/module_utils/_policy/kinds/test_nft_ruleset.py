# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table of nftables: what the kernel holds and what the next boot loads. Real kernels: tests/integration/zones."""

from __future__ import annotations

import json

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import nft, programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import nft_ruleset, service
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import nft_table, unit
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

ROW = {"id": "LNX-A", "table": "ours", "desired": "table inet ours { }\n"}
UNIT = {"UnitFileState": "enabled", "ActiveState": "active"}


class Kernel:
    """Holds tables by their names; takes every text, and makes one object of it."""

    def __init__(self):
        self.tables = {"docker": "table inet docker { }\n"}
        self.asked = []

    def wanted(self, _table, text):
        self.asked.append(text)
        return nft.Ruleset([{"table": text}], text)

    def held(self, table):
        text = self.tables.get(table)
        return nft.Ruleset([{"table": text}], text) if text else None

    def put(self, table, text):
        if text is None:
            del self.tables[table]
        else:
            self.tables[table] = text


@pytest.fixture(name="kernel")
def fixture_kernel(monkeypatch, tmp_path):
    kernel = Kernel()
    for module, name, value in (
        *((nft, name, getattr(kernel, name)) for name in ("wanted", "held")),
        (nft, "tables", lambda: sorted(f"inet {name}" for name in kernel.tables)),
        (nft_table, "capture", kernel.tables.get),
        (nft_table, "put", kernel.put),
        (nft_table, "check", lambda _name, _state: None),
        (nft_ruleset, "FOLDER", str(tmp_path / "nftables")),
        (nft_ruleset, "UNITS", str(tmp_path / "units")),
        (service, "BOOTED", str(tmp_path)),
        (unit, "show", lambda units, *_properties: [UNIT for _unit in units]),
        (unit, "capture", lambda _unit: {}),
        (unit, "put", lambda _unit, _state: None),
    ):
        monkeypatch.setattr(module, name, value)
    return kernel


@pytest.fixture(name="apply")
def fixture_apply(tmp_path):
    def apply(row, *, check_mode=False):
        writer = Writer(Journal("run", folder=str(tmp_path / "journal")), check_mode=check_mode)
        return nft_ruleset.apply([row], nft_ruleset.observe([row]), writer)[row["id"]]

    return apply


def read(row=None):
    row = row or ROW
    (reading,) = nft_ruleset.observe([row]).values()
    return reading, nft_ruleset.compare(row, reading)


def test_a_table_that_is_not_there_is_not_what_is_wanted(kernel):
    reading, is_met = read()
    assert (reading.value["found"], is_met) == ([], False)
    assert reading.value["beside"] == ["inet docker"]


def test_what_is_written_holds_now_and_at_the_next_boot(kernel, apply, tmp_path):
    assert apply(ROW) == Write(changes=True)
    assert read()[1]
    assert read()[0].weakness is None
    assert (tmp_path / "nftables/ours.nft").read_text().endswith(ROW["desired"])
    assert "nft -f" in (tmp_path / "units/commune-baseline-ours.service").read_text()
    assert apply(ROW) == Write(changes=False)


def test_check_mode_writes_nothing(kernel, apply, tmp_path):
    assert apply(ROW, check_mode=True) == Write(changes=True)
    assert kernel.tables.keys() == {"docker"}
    assert not (tmp_path / "nftables").exists()


def test_another_table_in_the_kernel_is_found_and_replaced(kernel, apply):
    apply(ROW)
    kernel.tables["ours"] = "table inet ours { chain c { } }\n"
    assert not read()[1]
    assert apply(ROW).changes
    assert (kernel.tables["ours"], read()[1]) == (ROW["desired"], True)


@pytest.mark.parametrize("file", ["nftables/ours.nft", "units/nftables.service.d/commune-baseline-ours.conf"])
def test_a_file_that_the_next_boot_goes_by_counts(kernel, apply, tmp_path, file):
    apply(ROW)
    (tmp_path / file).write_text("flush ruleset\n")
    told = f"the kernel holds it now, but {tmp_path / file} does not say so for the next boot"
    assert read()[0].weakness == told
    assert apply(ROW).changes
    assert read()[0].weakness is None


def test_a_text_that_the_kernel_refuses_cannot_be_judged(kernel, monkeypatch):
    def refuse(_table, _text):
        raise OSError(0, "nft failed with code 1: syntax error")

    monkeypatch.setattr(nft, "wanted", refuse)
    assert read()[0].unreadable == "nft failed with code 1: syntax error"


def test_rows_about_one_table_ask_once(kernel):
    readings = nft_ruleset.observe([ROW, {**ROW, "id": "LNX-B"}])
    assert readings["LNX-A"] == readings["LNX-B"]
    assert len(kernel.asked) == 1


@pytest.mark.parametrize(
    ("tables", "told"),
    [(["ip other"], "ip other"), (["inet ours", "inet theirs"], "inet theirs"), ([], "nothing")],
)
def test_a_text_about_another_table_is_refused(monkeypatch, tables, told):
    listed = [{"table": dict(zip(("family", "name"), one.split(), strict=True))} for one in tables]
    monkeypatch.setattr(programs, "run", lambda *_words, text: json.dumps({"nftables": listed}) + "\n")
    with pytest.raises(OSError, match=f"the rules for table ours are about {told}"):
        nft.wanted("ours", "")
