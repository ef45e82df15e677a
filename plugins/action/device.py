# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import (
    WritingVerb,
    arguments_of,
    changed,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE
from ansible_collections.commune.baseline.plugins.plugin_utils._register.life_cycle import FIRST_STATES, PLANNED

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer


class ActionModule(WritingVerb):
    """Registers a device, or changes what the register says of it."""

    ARGUMENTS: t.ClassVar = {
        **arguments_of(DEVICE),
        "state": {"type": "str", "choices": list(FIRST_STATES), "default": PLANNED},
        "document": {"type": "str"},
    }

    def change(self, writer: Writer, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices

        given = self.given(DEVICE, arguments)
        how = {name: arguments[name] for name in ("state", "version", "document")}
        return changed(writer, DEVICE, devices.put(writer, given, **how))
