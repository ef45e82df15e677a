# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The words of the whole house: what a row can be, and what was seen of it on a device.

A state says what is true now; whether something was written is another matter (``changed``).
Unknown is never pass: a row that cannot be read is ``not_assessed``, with the reason.
"""

from __future__ import annotations

import dataclasses
import typing as t

PASS = "pass"  # noqa: S105 - a state, no password
FAIL = "fail"
NOT_ASSESSED = "not_assessed"
EXCEPTED = "excepted"
NOT_APPLICABLE = "not_applicable"

TAKEN_BACK = "no new connection was possible after the change, so the device took it back"

_WORST_FIRST = (FAIL, NOT_ASSESSED, EXCEPTED, PASS, NOT_APPLICABLE)


def worst_state(states: t.Iterable[str]) -> str:
    """Return the state of a whole from the states of its parts; of no parts, ``not_assessed``."""
    return min(states, key=_WORST_FIRST.index, default=NOT_ASSESSED)


@dataclasses.dataclass(frozen=True)
class Reading:
    """What a kind read of one row: a value (None is absence), or the reason why it could not.

    ``where`` names the place the value was read from, such as ``/etc/profile:12``; ``weakness`` says why the value does
    not count, even if it is the desired one; ``inapplicable`` says why the row has no meaning on this device.
    """

    value: t.Any = None
    where: str | None = None
    unreadable: str | None = None
    weakness: str | None = None
    inapplicable: str | None = None


@dataclasses.dataclass(frozen=True)
class Write:
    """What came of bringing one row to its value: what changes (in check mode: would change), or the error."""

    changes: bool = False
    error: str | None = None


@dataclasses.dataclass
class Observation:
    """What one row showed on one device: state, and the values around a possible change."""

    id: str
    control: str
    kind: str
    state: str
    desired: t.Any
    before: t.Any = None
    after: t.Any = None
    where: str | None = None
    reason: str | None = None
    changed: bool = False
    would_change: bool = False

    def as_dict(self) -> dict[str, t.Any]:
        return dict(vars(self))
