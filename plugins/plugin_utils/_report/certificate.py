# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The certificate of a disposal as one HTML file to print and sign; readable without a network.

It is made of the signed record alone, which stays the original: the page is a copy for people.
"""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._report import certificate_words as words
from ansible_collections.commune.baseline.plugins.plugin_utils._report.certificate_words import Words
from ansible_collections.commune.baseline.plugins.plugin_utils._report.html import template
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese
from ansible_collections.commune.baseline.plugins.plugin_utils._report.words import CLASSES

Data = t.Mapping[str, t.Any]

_UNITS = ("byte", "kB", "MB", "GB", "TB", "PB")


def page(record: Data, digest: str) -> str:
    """Return the page; ``digest`` is the SHA-256 of the file of the record."""
    return template("certificate.html.j2").render(
        record=record,
        digest=digest,
        w=words.LABELS,
        made=_time(record["made"], record["made"]),
        device=record["device"],
        device_class=_in_both(record["device"]["class"], _classes()),
        media=[_medium(one, record["made"]) for one in record["media"]],
        people=list(_people(record)),
    )


def _people(record: Data) -> t.Iterator[tuple[Words, Data]]:
    """Return each role with its people, in the order in which they came to act."""
    for role in ("requested_by", "approved_by", "wiped_by", "destroyed_by", "verified_by", "witnesses"):
        found = record.get(role, ())
        for person in [found] if isinstance(found, t.Mapping) else found:
            yield words.ROLES[role], person


def _medium(one: Data, made: str) -> dict[str, t.Any]:
    checked = one["verification"]
    return {
        **one,
        "kind": _in_both(one["kind"], words.KINDS),
        "size": _size(one["bytes"]),
        "method": _in_both(one["method"], words.METHODS),
        "technique": _in_both(one["technique"], words.TECHNIQUES),
        "attempts": [Words(_attempt(said), said) for said in one["attempts"]],
        "began": _time(one["began"], made),
        "ended": _time(one["ended"], made),
        "checked": checked and _checked(checked),
    }


def _checked(verification: Data) -> dict[str, t.Any]:
    said = verification["confidence"]
    return {
        "scope": words.SCOPES[verification["scope"]],
        "expectation": _in_both(verification["expectation"], words.EXPECTATIONS),
        "read": _size(verification["checked"]),
        "confidence": Words(in_vietnamese(said), said),
        "seed": verification["seed"],
        "gap": _size(verification["largest_gap"]) if verification["scope"] == "sample" else None,
    }


def _in_both(word: str | None, known: t.Mapping[str, Words]) -> Words:
    return known.get(word or "", Words(word or "", word or ""))


def _classes() -> dict[str, Words]:
    return {name: Words(said, CLASSES["en"][name]) for name, said in CLASSES["vi"].items()}


def _size(count: int | None) -> str | None:
    """Return a number of bytes as makers of media write it, with all its digits."""
    if count is None:
        return None
    whole = f"{count:,} byte".replace(",", ".")
    rounded, unit = float(count), 0
    while rounded >= 1000 and unit < len(_UNITS) - 1:
        rounded, unit = rounded / 1000, unit + 1
    return whole if unit == 0 else f"{rounded:.1f} {_UNITS[unit]} ({whole})".replace(".", ",", 1)


def _attempt(said: str) -> str:
    """Return in Vietnamese why a technique did not do, or why a medium was destroyed and not wiped."""
    technique, colon, reason = said.partition(": ")
    told = in_vietnamese(said)
    return told if told != said else f"{technique}{colon}{in_vietnamese(reason)}"


def _time(moment: str, made: str) -> str:
    """Return a day, or a moment in the time zone of the office, in which the certificate was made."""
    if "T" not in moment:
        return f"{datetime.date.fromisoformat(moment):%d/%m/%Y}"
    when = datetime.datetime.fromisoformat(moment).astimezone(datetime.datetime.fromisoformat(made).tzinfo)
    return f"{when:%d/%m/%Y %H:%M:%S} ({when.tzname()})"
