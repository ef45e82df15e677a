# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import ReadingVerb, in_both
from ansible_collections.commune.baseline.plugins.plugin_utils._register.life_cycle import STATES
from ansible_collections.commune.baseline.plugins.plugin_utils._register.words import CLASSES
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader

_WANTED = ("name", "mac", "serial", "asset_tag", "state", "class", "zone", "department", "custodian")


class ActionModule(ReadingVerb):
    """Tells what the register knows of devices."""

    ARGUMENTS: t.ClassVar = {
        **{name: {"type": "str"} for name in _WANTED},
        "state": {"type": "str", "choices": list(STATES)},
        "class": {"type": "str", "choices": list(CLASSES)},
        "history": {"type": "bool", "default": False},
    }

    def answer(self, reader: Reader, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices

        wanted = {name: arguments[name] for name in _WANTED if arguments[name] is not None}
        found = devices.search(reader, wanted)
        told = [devices.told(reader, one, with_history=arguments["history"]) for one in found]
        edited = [
            f"event {event['number']}, of {one['name']}, was edited past the register: run register_verify"
            for one in told
            for event in one.get("history", ())
            if event["edited"]
        ]
        warnings = [in_both(one, in_vietnamese(one)) for one in edited]
        return {"changed": False, "devices": told, "warnings": warnings}
