# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""How a control stands, by what its rows showed, in one answer of a device or in several of one run."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import EXCEPTED, FAIL, PASS, worst_state

Control = t.Mapping[str, t.Any]

# Of these rows it was seen what is true on the device.
_SEEN = (PASS, FAIL, EXCEPTED)


def judged(control: Control) -> dict[str, t.Any]:
    """Return a control with its state, its worst row's, and with the parts that this state is about."""
    about = {row["parameter"] for row in control["rows"] if row["state"] in _SEEN}
    looked_at = [part for part in control["parts"] if part in about]
    return {**control, "state": worst_state(row["state"] for row in control["rows"]), "looked_at": looked_at}


def joined(earlier: Control, later: Control) -> dict[str, t.Any]:
    """Return a control with the rows of two answers of one run; where both hold a row, the later is true now."""
    rows = {row["id"]: row for row in earlier["rows"]}
    for row in later["rows"]:
        rows[row["id"]] = _continued(rows.get(row["id"]), row)
    return judged({**later, "rows": list(rows.values())})


def _continued(earlier: t.Mapping[str, t.Any] | None, row: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    """Return a row as the run leaves it: what it wrote before, it still wrote."""
    if earlier is None or not earlier["changed"]:
        return row
    return {**row, "changed": True, "before": earlier["before"]}
