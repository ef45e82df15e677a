# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The pieces of work that apply.ps1 takes."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import Step, for_script

Look = t.Mapping[str, str]  # collect.ps1 and its question


class Call(t.NamedTuple):
    """One call of a run, by which a machine names what it keeps."""

    run: str
    call: str


class Revert(t.NamedTuple):
    """After how many seconds a machine takes back what could cut the connection, by which script (apply.ps1)."""

    seconds: int
    script: str


def job(
    call: Call, early: t.Sequence[Step], late: t.Sequence[Step], *, revert: Revert, look: Look, journal: bool
) -> dict[str, t.Any]:
    """Return what takes these steps: the late ones, which can cut the connection, come last and under a revert.

    If there are none, the same call looks again; else that is for a new connection (``keeping``).
    """
    made: dict[str, t.Any] = {**call._asdict(), "steps": for_script(early), "late": for_script(late)}
    if journal:
        kept = [{"step": step._asdict(), "late": step in late} for step in (*early, *late)]
        made["journal"] = json.dumps(kept, ensure_ascii=False)
    if not late:
        return {**made, "look": look}
    back = {**call._asdict(), "steps": for_script(late, back=True)}
    return {**made, "revert": {**revert._asdict(), "work": json.dumps(back)}}


def keeping(call: Call, look: Look) -> dict[str, t.Any]:
    """Return what switches the revert of a call off, and looks; it fails where the device has taken the change back."""
    return {**call._asdict(), "steps": [{"kind": "disarmed", "rows": ["revert"]}], "look": look}
