# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Which exceptions of the register are in force, and which device each of them may concern. Pure."""

from __future__ import annotations

import typing as t

Record = t.Mapping[str, t.Any]

_FIELDS = ("control", "row", "device", "group", "reason", "approver", "document", "expires")


class Granted:
    """The exceptions that are neither withdrawn nor past their date.

    ``own_groups`` begin the names of groups that this inventory makes. Of a group of any other name it is not known
    here who belongs to it, so that such an exception goes to every device, and the door decides.
    """

    def __init__(self, exceptions: t.Iterable[Record], today: str, own_groups: tuple[str, ...]) -> None:
        self._of_device: dict[str, list[dict[str, str]]] = {}
        self._of_group: dict[str, list[dict[str, str]]] = {}
        self._of_anybody: list[dict[str, str]] = []
        for record in exceptions:
            if record["withdrawn_on"] is not None or record["expires"] < today:
                continue
            entry = {name: record[name] for name in _FIELDS if record[name] is not None}
            if "device" in entry:
                self._of_device.setdefault(entry["device"], []).append(entry)
            elif entry["group"].startswith(own_groups):
                self._of_group.setdefault(entry["group"], []).append(entry)
            else:
                self._of_anybody.append(entry)

    def for_host(self, name: str, groups: t.Iterable[str]) -> list[dict[str, str]]:
        """Return the entries for the variable ``register_exceptions`` of a host."""
        of_groups = [entry for group in groups for entry in self._of_group.get(group, ())]
        return [*self._of_device.get(name, ()), *of_groups, *self._of_anybody]
