# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The tables as queries see them: names only. What they hold to stands in the migrations."""

from __future__ import annotations

import sqlalchemy as sa

from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, KINDS

_FOLDED = {DEVICE.name: ("name_folded",)}
_ZONED = {"device_ips": ("zone",)}


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


CHAIN = _table("chain", "id", "events", "hash")
EVENTS = _table(
    "events",
    *("number", "at", "who", "verb", "kind", "record", "name", "before", "after", "document", "previous", "hash"),
)
RUNS = _table("runs", "number", "run", "mode", "started_at", "finished_at")
RUN_DEVICES = _table("run_devices", "run", "device", "outcome", "reason")
CHECKS = _table("checks", "id", "row", "control")
OBSERVATIONS = _table("observations", "id", "device", "check", "run", "until", "state", "detail", "was")

RECORDS = {
    kind.name: _table(kind.table, "id", "version", *_FOLDED.get(kind.name, ()), *kind.columns)
    for kind in KINDS.values()
}
PARTS = {
    parts.table: _table(
        parts.table, "owner", "position", *_ZONED.get(parts.table, ()), *(field.name for field in parts.fields)
    )
    for kind in KINDS.values()
    for parts in kind.parts
}
ALL = (CHAIN, EVENTS, RUNS, RUN_DEVICES, CHECKS, OBSERVATIONS, *RECORDS.values(), *PARTS.values())
