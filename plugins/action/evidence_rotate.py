# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import ControllerVerb
from ansible_collections.commune.baseline.plugins.plugin_utils._door.signing import open_signer

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result


class ActionModule(ControllerVerb):
    """Gives a folder of evidence new keys."""

    _COMMON: t.ClassVar = {}
    ARGUMENTS: t.ClassVar = {"folder": {"type": "path", "required": True}}

    def _act(self, arguments: Arguments, variables: dict[str, t.Any]) -> Result:
        if self._task.check_mode:
            return {"changed": True}
        signer = open_signer(Path(arguments["folder"]).resolve())
        return {"changed": True, "public_key": str(signer.rotate())}
