# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The pieces of work that apply.ps1 takes."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.engine import Judged
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import for_script

Look = t.Mapping[str, str]  # collect.ps1 and its question


class Call(t.NamedTuple):
    """One call of a run, by which a machine names what it keeps."""

    run: str
    call: str


def job(call: Call, judged: t.Sequence[Judged], *, revert_after: int, script: str, look: Look) -> dict[str, t.Any]:
    """Return what corrects the rows: what can cut the connection comes late, under a revert after so many seconds.

    If nothing does, the same call looks again; else that is for a new connection (``keeping``).
    """
    early = [step for one in judged if not one.row.get("connectivity") for step in one.steps]
    late = [step for one in judged if one.row.get("connectivity") for step in one.steps]
    made: dict[str, t.Any] = {**call._asdict(), "steps": for_script(early), "late": for_script(late)}
    made["journal"] = json.dumps({"steps": [step._asdict() for step in (*early, *late)]}, ensure_ascii=False)
    if late:
        back = {**call._asdict(), "steps": for_script(late, back=True)}
        made["revert"] = {"seconds": revert_after, "work": json.dumps(back), "script": script}
    else:
        made["look"] = look
    return made


def keeping(call: Call, look: Look) -> dict[str, t.Any]:
    """Return what switches the revert of a run off, and looks; it fails where the device has taken the change back."""
    return {**call._asdict(), "steps": [{"kind": "disarmed", "rows": ["revert"]}], "look": look}
