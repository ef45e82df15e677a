# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import engine
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal, JournalError
from ansible_collections.commune.baseline.plugins.module_utils._policy.rollback import roll_back
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

FILES = 4


class PowerCutError(Exception):
    """The run ends here."""


def rows_of(folder):
    """One row per file, and a second row in the first file; half of the files exist, with modes of their own."""
    for number in range(0, FILES, 2):
        (folder / f"{number}.sh").write_bytes(b"A=0 # caf\xe9\r\n")
        (folder / f"{number}.sh").chmod(0o600 + number)
    keys = [(str(number), "A") for number in range(FILES)] + [("0", "B")]
    common = {"control": "AC-08", "kind": "option", "grammar": "shell_readonly", "desired": 1}
    return [
        {"id": f"{file}-{key}", "path": str(folder / f"{file}.sh"), "key": key, **common}
        for file, key in keys
    ]  # fmt: skip


def tree(folder):
    return {path.name: (path.read_bytes(), path.stat().st_mode) for path in folder.iterdir()}


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    (tmp_path / "etc").mkdir()
    return tmp_path / "etc"


@pytest.fixture(name="journal")
def fixture_journal(tmp_path):
    return Journal("run", folder=str(tmp_path / "journal"))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("cut", range(1, FILES + 1))
def test_a_run_that_dies_at_any_write_can_be_taken_back_exactly(folder, journal, monkeypatch, cut, when):
    rows, writes = rows_of(folder), []
    before = tree(folder)
    put = file_state.put

    def put_until_the_cut(path, state):
        if not path.startswith(str(folder)):  # the journal's own files
            put(path, state)
            return
        writes.append(path)
        if len(writes) == cut and when == "before":
            raise PowerCutError
        put(path, state)
        if len(writes) == cut:
            raise PowerCutError

    monkeypatch.setattr(file_state, "put", put_until_the_cut)
    with pytest.raises(PowerCutError):
        engine.run(rows, Writer(journal, check_mode=False))
    monkeypatch.undo()
    assert (tree(folder) == before) is (cut == 1 and when == "before")
    roll_back(journal, check_mode=False)
    assert tree(folder) == before


def test_a_whole_run_with_two_rows_in_one_file_is_taken_back_exactly(folder, journal):
    rows = rows_of(folder)
    before = tree(folder)
    assert all(seen.changed for seen in engine.run(rows, Writer(journal, check_mode=False)))
    assert len(roll_back(journal, check_mode=False)) == FILES
    assert tree(folder) == before


def test_a_later_run_does_not_stop_the_rollback_of_an_earlier_one_of_other_files(folder, tmp_path, journal):
    rows = rows_of(folder)
    engine.run(rows[1:2], Writer(journal, check_mode=False))
    engine.run(rows[2:3], Writer(Journal("later", folder=str(tmp_path / "journal")), check_mode=False))
    assert roll_back(journal, check_mode=False) == [rows[1]["path"]]


def test_one_file_changed_since_keeps_all_others_too(folder, journal):
    rows = rows_of(folder)
    engine.run(rows, Writer(journal, check_mode=False))
    (folder / "1.sh").chmod(0o777)
    changed = tree(folder)
    with pytest.raises(JournalError, match=f"changed by somebody else since that run.*: {folder}/1.sh$"):
        roll_back(journal, check_mode=False)
    assert tree(folder) == changed


def test_a_line_that_was_cut_off_counts_for_nothing(folder, journal, tmp_path):
    rows = rows_of(folder)
    before = tree(folder)
    engine.run(rows, Writer(journal, check_mode=False))
    with (tmp_path / "journal/run/entries").open("a") as entries:
        entries.write('{"number": 9, "path": "/etc/pas')
    roll_back(journal, check_mode=False)
    assert tree(folder) == before


def test_a_line_that_could_not_be_written_whole_does_not_spoil_the_next(folder, journal, tmp_path, monkeypatch):
    rows = rows_of(folder)
    before = tree(folder)
    engine.run(rows[:1], Writer(journal, check_mode=False))
    with monkeypatch.context() as full:
        full.setattr("json.dumps", lambda _line, **_options: '{"number": 1, "na\ud800')  # no UTF-8: writing it fails
        with pytest.raises(UnicodeEncodeError):
            journal.record("file", "/x", old=None, new=None)
    with (tmp_path / "journal/run/entries").open("a") as entries:
        entries.write('{"number": 1, "na')
    engine.run(rows[1:], Writer(journal, check_mode=False))
    roll_back(journal, check_mode=False)
    assert tree(folder) == before


def test_a_damaged_line_is_named_before_anything_is_touched(folder, journal, tmp_path):
    engine.run(rows_of(folder), Writer(journal, check_mode=False))
    changed = tree(folder)
    entries = tmp_path / "journal/run/entries"
    entries.write_bytes(entries.read_bytes().replace(b"{", b"\0", 1))
    with pytest.raises(JournalError, match=f"{entries}: line 1 is damaged"):
        roll_back(journal, check_mode=False)
    assert tree(folder) == changed


def test_kept_content_that_is_gone_is_named_before_anything_is_touched(folder, journal, tmp_path):
    rows = rows_of(folder)
    engine.run(rows, Writer(journal, check_mode=False))
    changed = tree(folder)
    kept = sorted((tmp_path / "journal/run").glob("old-*"))[-1]
    kept.unlink()
    with pytest.raises(JournalError, match=f"{kept} is gone, which kept what {folder}/"):
        roll_back(journal, check_mode=False)
    assert tree(folder) == changed


def test_a_run_that_wrote_nothing_here_has_nothing_to_take_back(journal):
    assert roll_back(journal, check_mode=False) == []
