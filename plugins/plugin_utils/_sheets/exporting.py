# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Writes what the register holds, or an empty template, as a file that an import takes as it is."""

from __future__ import annotations

import os
import tempfile
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._register import records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, Kind
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import (
    amounts,
    csv_file,
    guide,
    table,
    wording,
    xlsx_writing,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.cells import FileError
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.kinds import BY_NAME, OWNER, PARTS, SHOWN

_BLANK_ROWS = 500
_REQUIRED = " *"


class Wanted(t.NamedTuple):
    """What is to be written: in which language, of which kind (CSV alone), and whether empty."""

    language: str
    kind: str
    template: bool


def export(reader: Reader, path: Path, wanted: Wanted, *, dry_run: bool) -> bool:
    """Write the file and tell whether it says anything else than before; raise FileError.

    The file is its owner's alone. A template is not written over a file that a person may have filled.
    """
    if path.suffix.lower() not in table.SUFFIXES:
        raise FileError(f"{path.name} must be a file .xlsx or .csv; save it as one of them")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".export-") as folder:
            written = Path(folder) / path.name
            os.close(os.open(written, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            _write(reader, written, wanted)
            if path.exists() and table.sheets(path) == table.sheets(written):
                return False
            if path.exists() and wanted.template:
                raise FileError(f"{path} exists and is not the empty template; nothing is written over it")
            if not dry_run:
                written.replace(path)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}") from None
    return True


def rows(reader: Reader, kind: Kind, wanted: Wanted) -> t.Iterator[list[str]]:
    """Yield the headings and then, unless a template is wanted, a row of text for each record or part of a device."""
    fields = _fields(kind, wanted)
    required = {field.name for field in kind.fields if field.required} if wanted.template else set()
    yield [wording.heading(kind, field, wanted.language) + (_REQUIRED if field in required else "") for field in fields]
    for one in () if wanted.template else _records(reader, kind):
        yield [_text(field, one[field], wanted.language) for field in fields]


def _fields(kind: Kind, wanted: Wanted) -> list[str]:
    return [field for field in wording.HEADINGS[kind.name] if not (wanted.template and field == wording.VERSION)]


def _records(reader: Reader, kind: Kind) -> t.Iterator[t.Mapping[str, t.Any]]:
    if kind.name in PARTS:
        for stored in records.select(reader, DEVICE, without=_LISTS - {kind.name}):
            for part in stored.record[kind.name]:
                yield {OWNER: stored.record["name"], **part}
        return
    for stored in records.select(reader, kind, without=PARTS):
        yield {**stored.record, wording.VERSION: stored.version}


def _write(reader: Reader, path: Path, wanted: Wanted) -> None:
    if path.suffix.lower() == ".csv":
        csv_file.write(path, rows(reader, BY_NAME[wanted.kind], wanted))
        return
    language = wanted.language
    pages = [
        xlsx_writing.Page(
            wording.SHEETS[language][kind.name],
            rows(reader, kind, wanted),
            [wording.width(field) for field in _fields(kind, wanted)],
            _BLANK_ROWS if wanted.template else 0,
            guide.helps(kind, reader.context.zones, language) if wanted.template else (),
        )
        for kind in SHOWN
    ]
    if wanted.template:
        pages += guide.pages(reader.context.zones, language)
    xlsx_writing.write(path, pages)


def _text(field: str, value: t.Any, language: str) -> str:
    if isinstance(value, list):
        return "\n".join(wording.shown(field, part, language) for part in value)
    if value is None:
        return ""
    if isinstance(value, int):
        return amounts.SHOWN.get(field, str)(value)
    return wording.shown(field, value, language)


_LISTS = {parts.name for parts in DEVICE.parts}
