# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door import gate
from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import WritingVerb, changed
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE
from ansible_collections.commune.baseline.plugins.plugin_utils._register.life_cycle import IN_SERVICE, STATES

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer


class ActionModule(WritingVerb):
    """Takes a device from one state of its life to the next."""

    ARGUMENTS: t.ClassVar = {
        "name": {"type": "raw", "required": True},
        "state": {"type": "str", "choices": list(STATES), "required": True},
        "document": {"type": "str"},
        "reason": {"type": "str"},
        "version": {"type": "int"},
    }

    def change(self, writer: Writer, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices

        how = {name: arguments[name] for name in ("version", "document", "reason")}
        if arguments["state"] == IN_SERVICE and arguments["document"]:
            how["roles"] = gate.letting_in()
        return changed(writer, DEVICE, devices.transition(writer, arguments["name"], arguments["state"], **how))
