# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door import gate
from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import RegisterVerb
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.operator import operator

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register


class ActionModule(RegisterVerb):
    """Tells whether a device may go into service, and fails with every reason why it may not."""

    ARGUMENTS: t.ClassVar = {
        "name": {"type": "str", "required": True},
        "verification": {"type": "dict", "default": {}},
        "serial": {"type": "str"},
        "record": {"type": "bool", "default": False},
    }

    def _perform(self, register: Register, arguments: Arguments) -> Result:
        asked = (arguments["name"], arguments["verification"], arguments["serial"])
        if not arguments["record"]:
            with register.read() as reader:
                return gate.answer(reader, *asked)
        with register.write(operator().who, dry_run=self._task.check_mode) as writer:
            return gate.recorded(writer, *asked)
