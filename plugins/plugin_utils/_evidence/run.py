# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What one run showed of its devices, gathered while it goes on, and the exit code that it deserves."""

from __future__ import annotations

import dataclasses
import datetime
import os
import time
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._masking import masked
from ansible_collections.commune.baseline.plugins.module_utils._observation import FAIL, NOT_ASSESSED
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.control import joined

# Made once for each process, before Ansible forks a worker for each device: the door and the evidence share it.
RUN = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{os.getpid()}"

UNREACHABLE, FAILED, UNANSWERED = "unreachable", "failed", "unanswered"
# Ansible's own codes for a failure and for a device out of reach; the third is ours, where Ansible would say 0.
CODE_FAILED, CODE_UNREACHABLE, CODE_UNKNOWN = 2, 4, 3


class Obstacle(t.NamedTuple):
    """Why a device could not be assessed: what happened, and the message."""

    what: str
    message: str


class Restored(t.NamedTuple):
    """What a device put back of an earlier run, by name; ``known`` tells whether that run wrote anything there."""

    run: str
    known: bool
    names: t.Sequence[str]


@dataclasses.dataclass
class Device:
    """What a device showed last of each control, which rows made a task fail, and what stood in the way."""

    device_class: str | None = None
    scope: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    controls: dict[str, t.Mapping[str, t.Any]] = dataclasses.field(default_factory=dict)
    unmet: set[str] = dataclasses.field(default_factory=set)
    restored: list[Restored] = dataclasses.field(default_factory=list)
    obstacle: Obstacle | None = None
    obstacle_lasts: bool = False

    @property
    def whole_scope(self) -> dict[str, t.Any] | None:
        """Return what was looked at, with the number of its rows; None if nothing was."""
        return {**self.scope, "rows": sum(len(one["rows"]) for one in self.controls.values())} if self.scope else None

    @property
    def has_answered(self) -> bool:
        return bool(self.controls or self.restored)


class Run:
    """The devices of one run, by name, and what holds for all of them."""

    def __init__(self) -> None:
        self.devices: dict[str, Device] = {}
        self.changes: list[t.Mapping[str, t.Any]] = []
        self.enforced: bool | None = None  # until a device answers
        self.restores = False  # until a task comes that takes a run back
        self._expected: set[str] = set()
        self.began = self.ended = datetime.datetime.now().astimezone()

    def expect(self, names: t.Iterable[str]) -> None:
        """Expect an answer of these devices."""
        for name in names:
            self._expected.add(name)
            self.devices.setdefault(name, Device())

    def answer(self, name: str, answer: t.Mapping[str, t.Any], *, failed: bool) -> None:
        """Keep what a device showed in one task; failed tells whether the task did."""
        device = self.devices.setdefault(name, Device())
        if not device.obstacle_lasts:
            device.obstacle = None
        device.device_class = answer["device_class"]
        device.scope = _joined(device.scope, answer["scope"])
        for control in answer["controls"]:
            earlier = device.controls.get(control["control"])
            device.controls[control["control"]] = joined(earlier, control) if earlier else control
            device.unmet -= {row["id"] for row in control["rows"]}
            device.unmet |= {row["id"] for row in control["rows"] if failed and row["state"] in (FAIL, NOT_ASSESSED)}
        self.enforced = bool(self.enforced) or not answer["check_mode"]
        change = answer["change"]
        if change and change not in self.changes:
            self.changes.append(change)

    def hinder(self, name: str, what: str, message: str, *, lasting: bool = False) -> None:
        """Keep what stood in the way of assessing a device; what lasts is not made good by a later answer."""
        device = self.devices.setdefault(name, Device())
        device.obstacle = Obstacle(what, masked(message))
        device.obstacle_lasts |= lasting

    def restore(self, name: str, restored: Restored, *, check_mode: bool) -> None:
        """Keep what a device put back, or would put back."""
        self.enforced = bool(self.enforced) or not check_mode
        self.devices.setdefault(name, Device()).restored.append(restored)

    def has_answered(self, name: str) -> bool:
        return name in self.devices and self.devices[name].has_answered

    @property
    def only_restores(self) -> bool:
        """Tell whether all that devices did was to put back what an earlier run had changed."""
        return self.restores and not any(device.controls for device in self.devices.values())

    def close(self) -> None:
        """End the run: a device that was expected and did not answer was not assessed; others are none of its business.

        If the run ended before it expected any, all that stood in its way counts.
        """
        self.ended = datetime.datetime.now().astimezone()
        if self._expected:
            self.devices = {
                name: one for name, one in self.devices.items() if name in self._expected or one.has_answered
            }
        for device in self.devices.values():
            if not device.has_answered and device.obstacle is None:
                device.obstacle = Obstacle(UNANSWERED, "")

    @property
    def changed(self) -> bool:
        """Tell whether something was written on a device."""
        rows = (row for device in self.devices.values() for one in device.controls.values() for row in one["rows"])
        return any(row["changed"] for row in rows)

    @property
    def exit_code(self) -> int:
        """Return 0 only if there were devices, all of them were assessed, and no task failed on what one showed."""
        obstacles = {device.obstacle.what for device in self.devices.values() if device.obstacle}
        if UNREACHABLE in obstacles:
            return CODE_UNREACHABLE
        if FAILED in obstacles or any(device.unmet for device in self.devices.values()):
            return CODE_FAILED
        return CODE_UNKNOWN if obstacles or not self.devices else 0


def _joined(one: t.Mapping[str, t.Any], other: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return what two tasks looked at: of lists, what stands in either."""
    lists = {
        key: [*one.get(key, ()), *(entry for entry in value if entry not in one.get(key, ()))]
        for key, value in other.items()
        if isinstance(value, list)
    }
    return {**other, **lists}
