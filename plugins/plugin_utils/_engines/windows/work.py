# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The pieces of work that apply.ps1 takes."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.steps import (
    Step,
    for_journal,
    for_script,
)

Look = t.Mapping[str, str]  # collect.ps1 and its question


def compact(value: t.Any) -> str:
    """Return a value as JSON without what is for people: every byte of it goes over the network several times."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Call(t.NamedTuple):
    """One call of a run, by which a machine names what it keeps."""

    run: str
    call: str

    @property
    def task(self) -> str:
        """The name of the scheduled task that takes back what this call wrote; nothing but letters, digits, dashes."""
        return f"commune-baseline-{self.run}-{self.call}"


class Revert(t.NamedTuple):
    """After how many seconds a machine takes back what could cut the connection, by which script (apply.ps1)."""

    seconds: int
    script: str


def job(
    call: Call, early: t.Sequence[Step], late: t.Sequence[Step], *, revert: Revert, look: Look, journal: bool
) -> dict[str, t.Any]:
    """Return what takes these steps: the late ones, which can cut the connection, come last and under a revert.

    The same call looks again.
    """
    made: dict[str, t.Any] = {**_named(call), "look": look, "steps": for_script(early), "late": for_script(late)}
    if journal:
        kept = [{"step": for_journal(step), "late": step in late} for step in (*early, *late)]
        made["journal"] = compact(kept)
    if not late:
        return made
    back = {**_named(call), "steps": for_script(late, back=True)}
    return {**made, "revert": {**revert._asdict(), "work": compact(back)}}


class Keeping(t.NamedTuple):
    """What switches the revert of a call off, and fails where the device has taken the change back.

    ``script`` is for a device that has told what it shows and answers DISARMED; ``job`` is work that looks as well.
    """

    script: str
    job: dict[str, t.Any]


DISARMED = "commune-baseline disarmed"


def keeping(call: Call, look: Look) -> Keeping:
    """Return what is done over a new connection once a change that could have cut the connection is made."""
    disarm = f"Unregister-ScheduledTask -TaskName '{call.task}' -Confirm:$false"
    job = {**_named(call), "steps": [{"kind": "disarmed", "rows": ["revert"]}], "look": look}
    return Keeping(f"$ErrorActionPreference = 'Stop'; {disarm}; '{DISARMED}'", job)


def _named(call: Call) -> dict[str, str]:
    return {**call._asdict(), "task": call.task}
