# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import RegisterVerb
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register


class ActionModule(RegisterVerb):
    """Makes an empty register where there is none."""

    def _act(self, arguments: Arguments, variables: dict[str, t.Any]) -> Result:
        try:
            return super()._act(arguments, variables)
        except RegisterError:  # none is there; if something else is wrong, making one fails of it too
            return {**super()._act({**arguments, "create": True}, variables), "changed": True}

    def _perform(self, register: Register, arguments: Arguments) -> Result:
        return {"changed": False}
