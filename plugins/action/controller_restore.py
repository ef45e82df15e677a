# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import ControllerVerb

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result


class ActionModule(ControllerVerb):
    """Lays a site that was backed up out on this controller."""

    ARGUMENTS: t.ClassVar = {
        "path": {"type": "path", "required": True},
        "folder": {"type": "path", "required": True},
        "passphrase": {"type": "str", "required": True, "no_log": True},
    }

    def _act(self, arguments: Arguments, variables: dict[str, t.Any]) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._backup import site

        path, folder = (Path(arguments[name]).resolve() for name in ("path", "folder"))
        if self._task.check_mode:
            name, made_at = site.look_at(path, folder, arguments["passphrase"])
            return {"changed": True, "site": name, "made_at": made_at}
        restored = site.restore(path, folder, arguments["passphrase"], arguments["register"])
        return {
            "changed": True,
            "site": restored.site,
            "made_at": restored.made_at,
            "folder": str(restored.folder),
            "also": {origin: str(place) for origin, place in restored.also.items()},
            "head": restored.head._asdict(),
            "warnings": list(restored.faults),
        }
