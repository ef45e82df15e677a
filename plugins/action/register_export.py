# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import ReadingVerb

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader


class ActionModule(ReadingVerb):
    """Writes what sheets hold of the register, or an empty template, to a file."""

    ARGUMENTS: t.ClassVar = {
        "dest": {"type": "path", "required": True},
        "language": {"type": "str", "choices": ["vi", "en"], "default": "vi"},
        "kind": {"type": "str", "choices": ["device", "person", "media", "software", "licences"], "default": "device"},
        "template": {"type": "bool", "default": False},
    }

    def answer(self, reader: Reader, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import exporting

        wanted = exporting.Wanted(arguments["language"], arguments["kind"], arguments["template"])
        path = Path(arguments["dest"])
        return {
            "changed": exporting.export(reader, path, wanted, dry_run=self._task.check_mode),
            "dest": arguments["dest"],
        }
