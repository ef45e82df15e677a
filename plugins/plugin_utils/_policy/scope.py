# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""How far a run looks at a device: what the site or the play chose of the baseline, and exceptions nothing needed."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import EXCEPTED
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.site import Site


def scope_of(
    site: Site,
    roles: t.Sequence[str] | None,
    rows: t.Sequence[Row],
    controls: t.Iterable[t.Mapping[str, t.Any]],
    *,
    baseline: int,
) -> dict[str, t.Any]:
    """Return what was chosen (nothing: all of it), of how many rows, and exceptions that hold for rows which pass."""
    excepted = {row["id"] for control in controls for row in control["rows"] if row["state"] == EXCEPTED}
    used = {site.exception_for(row) for row in rows if row.id in excepted}
    unneeded = [one for one in dict.fromkeys(map(site.exception_for, rows)) if one and one not in used]
    return {
        "only": list(site.only),
        "roles": list(roles or ()),
        "baseline": baseline,
        "unneeded": [one._asdict() for one in unneeded],
    }
