# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The media of an order, as the options of modules and as what the interlocks compare."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media.errors import RefusedError
from ansible_collections.commune.baseline.plugins.module_utils._media.interlock import Wanted
from ansible_collections.commune.baseline.plugins.module_utils._media.journal import MOMENT
from ansible_collections.commune.baseline.plugins.module_utils._media.medium import Identity
from ansible_collections.commune.baseline.plugins.module_utils._media.uses import MARKS

MEDIA: dict[str, t.Any] = {
    "type": "list",
    "elements": "dict",
    "required": True,
    "options": {
        "serial": {"type": "str", "required": True},
        "model": {"type": "str", "required": True},
        "size": {"type": "int", "required": True},
        "wwn": {"type": "str", "default": ""},
        "typed_serial": {"type": "str", "required": True},
        "marks": {"type": "list", "elements": "str", "choices": list(MARKS), "default": []},
    },
}


def wanted_of(media: t.Sequence[t.Mapping[str, t.Any]]) -> list[Wanted]:
    """Return the media that the options name; raise RefusedError if there are none."""
    if not media:
        raise RefusedError("the order names no medium")
    return [
        Wanted(Identity(one["serial"], one["model"], one["size"], one["wwn"]), one["typed_serial"], tuple(one["marks"]))
        for one in media
    ]


def date_of(options: t.Mapping[str, t.Any], name: str) -> datetime.date:
    """Return the date in an option; raise RefusedError if it is none."""
    try:
        return datetime.datetime.strptime(options[name], "%Y-%m-%d").date()
    except ValueError:
        raise RefusedError(f"{name} is {options[name]!r:.40}, and a date looks like 2026-11-28") from None


def moment_of(options: t.Mapping[str, t.Any], name: str) -> datetime.datetime | None:
    """Return the moment in an option, None if it is not given; raise RefusedError if it is none."""
    if not options[name]:
        return None
    try:
        return datetime.datetime.strptime(options[name], MOMENT).replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        raise RefusedError(f"{name} is {options[name]!r:.40}, and a moment looks like 2026-11-28T08:00:00Z") from None
