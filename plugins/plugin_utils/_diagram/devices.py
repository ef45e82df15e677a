# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a diagram shows of the devices of the register: how many of each class, and the names of the first few."""

from __future__ import annotations

import itertools
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._diagram import dot
from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle
from ansible_collections.commune.baseline.plugins.plugin_utils._sheets.wording import CHOICES
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import FIREWALL, INTERNET

Device = t.Mapping[str, t.Any]
_GONE = frozenset({life_cycle.PLANNED, life_cycle.SANITISED, life_cycle.DISPOSED})
_WIDTH = 42
# How people call the two places that are no zones.
_PLACES = {FIREWALL: "tường lửa", INTERNET: "Internet"}


def present(devices: t.Iterable[Device]) -> list[Device]:
    """Return the devices that are there, by name: neither planned only nor gone."""
    return sorted((one for one in devices if one["state"] not in _GONE), key=lambda one: str(one["name"]).casefold())


def listed(devices: t.Iterable[Device], most: int) -> list[dot.Text]:
    """Return a line or more for each class: the number, and at most so many names."""
    by_class = sorted(devices, key=lambda one: list(CHOICES["class"]).index(one["class"]))
    found = []
    for name, of in itertools.groupby(by_class, key=lambda one: one["class"]):
        members = list(of)
        names = ", ".join(map(_name, members[:most]))
        more = f" và {len(members) - most} thiết bị nữa" if len(members) > most else ""
        found += wrapped(f"{len(members)} {CHOICES['class'][name].lower()}: {names}{more}")
    return found


def place(name: str) -> str:
    """Return what a zone, a device, the firewall or the Internet is called."""
    return _PLACES.get(name, name)


def wrapped(sentence: str, width: int = _WIDTH) -> list[dot.Text]:
    """Return a text in lines of at most so many letters; a word that is longer stays whole."""
    rows = [""]
    for word in sentence.split(" "):
        if rows[-1] and len(rows[-1]) + len(word) >= width:
            rows.append("")
        rows[-1] += f" {word}" if rows[-1] else word
    return [dot.text(row) for row in rows]


def _name(device: Device) -> str:
    if device["state"] == life_cycle.IN_SERVICE:
        return str(device["name"])
    return f"{device['name']} ({CHOICES['state'][device['state']].lower()})"
