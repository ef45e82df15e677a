# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""A table of nftables that is ours alone: what the kernel holds now, and what the next boot loads.

Fields of a row: ``table``, the name of a table of family inet, and what the controller asks of the model that the table
is made from: ``zones`` that it has to have, ways that must ``never`` be, and that what a host begins (``outbound``) is
limited by it. The value is the text for ``nft -f``; what
the kernel makes of it, in a network namespace of its own, is what is compared. Tables of others (Docker, libvirt,
fail2ban, firewalld) are named and left alone. A unit of our own loads the table at boot; it is loaded again whenever
nftables.service, whose file flushes everything, is started, reloaded or stopped.

What is read is ``{"found": [...], "wanted": [...], "beside": [...], "text": {"found": ..., "wanted": ...}}``: objects
of libnftables-json(5), which are compared, the names of other tables, and both as nft(8) lists them, for people.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import custody, nft
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import service
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import nft_table, unit
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import (
    HEADER,
    FileState,
    capture,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {
    "table": "word",
    "zones": "list of texts",
    "never": "list of ways between zones",
    "outbound": ("model",),
}
REQUIRED = frozenset({"table"})
COMPARISONS: t.Sequence[str] = ("==",)
FOLDER = "/etc/nftables"
UNITS = "/etc/systemd/system"
_NFT = "/usr/sbin/nft"
_UNIT = """{header}
[Unit]
Description=Table {table} of commune.baseline
Documentation=man:nft(8)
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
After=nftables.service
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={nft} -f {rules}

[Install]
WantedBy=sysinit.target
"""
# Whatever nftables.service does, it flushes all tables first.
_BESIDE_NFTABLES = """{header}
[Service]
ExecStartPost=-{nft} -f {rules}
ExecReload=-{nft} -f {rules}
ExecStopPost=-{nft} -f {rules}
"""


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell what the kernel holds of the table of every row, and whether the next boot loads the same."""
    if not os.path.isdir(service.BOOTED):
        return {row["id"]: Reading(unreadable="systemd does not run here") for row in rows}
    known: dict[tuple[str, str], Reading] = {}
    for row in rows:
        question = (row["table"], row["desired"])
        if question not in known:
            known[question] = _read(row)
    return {row["id"]: known[row["table"], row["desired"]] for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value) and reading.value["found"] == reading.value["wanted"]


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Load the table in one step, and let the next boot load it; rows about one table ask for it once."""
    writes: dict[str, Write] = {}
    for row in rows:
        try:
            writes[row["id"]] = Write(changes=_put(row["table"], row["desired"], writer))
        except OSError as error:
            writes[row["id"]] = Write(error=f"cannot load table {row['table']}: {error.strerror}")
    return writes


def _read(row: Row) -> Reading:
    table = row["table"]
    try:
        wanted = nft.wanted(table, row["desired"])
        held = nft.held(table)
        beside = [name for name in nft.tables() if name != f"{nft.FAMILY} {table}"]
        weakness = _weakness_at_boot(table, row["desired"]) if held and held.objects == wanted.objects else None
    except OSError as error:
        return Reading(unreadable=error.strerror)
    value = {
        "found": held.objects if held else [],
        "wanted": wanted.objects,
        "beside": beside,
        "text": {"found": held.text if held else "", "wanted": wanted.text},
    }
    return Reading(value, where=f"nft list table {nft.FAMILY} {table}", weakness=weakness)


def _weakness_at_boot(table: str, text: str) -> str | None:
    """Return why the next boot would not load what the kernel holds now; raises OSError."""
    for path, wanted in _files(table, text).items():
        state = capture(path)
        if state is None or state.content != wanted.content:
            return f"the kernel holds it now, but {path} does not say so for the next boot"
        in_other_hands = custody.why_in_other_hands(path)
        if in_other_hands is not None:
            return in_other_hands
    if not _is_enabled(table):
        return f"the kernel holds it now, but {_unit(table)} is not enabled for the next boot"
    return None


def _put(table: str, text: str, writer: Writer) -> bool:
    new = nft.wanted(table, text).text
    is_loaded = writer.put("nft_table", table, old=nft_table.capture(table), new=new)
    are_written = [
        writer.put("file", path, old=capture(path), new=state) for path, state in _files(table, text).items()
    ]
    if not any(are_written) and _is_enabled(table):
        return is_loaded
    name, enabled = _unit(table), {"unit_file_state": "enabled", "active": True}
    return writer.put("unit", name, old=unit.capture(name), new=enabled) or is_loaded


def _files(table: str, text: str) -> dict[str, FileState]:
    """Return what the next boot goes by, by path: the table, and what makes systemd load it."""
    rules = os.path.join(FOLDER, f"{table}.nft")
    facts = {"header": HEADER, "nft": _NFT, "table": table, "rules": rules}
    return {
        rules: FileState(f"{HEADER}\n{text}".encode(), mode=0o600),
        os.path.join(UNITS, _unit(table)): FileState(_UNIT.format(**facts).encode()),
        os.path.join(UNITS, f"nftables.service.d/{_name(table)}.conf"): FileState(
            _BESIDE_NFTABLES.format(**facts).encode()
        ),
    }


def _name(table: str) -> str:
    return f"commune-baseline-{table.replace('_', '-')}"


def _unit(table: str) -> str:
    return f"{_name(table)}.service"


def _is_enabled(table: str) -> bool:
    (properties,) = unit.show([_unit(table)], "UnitFileState", "ActiveState")
    return properties["UnitFileState"] == "enabled" and unit.is_running(properties)
