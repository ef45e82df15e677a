# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import ReadingVerb
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.operator import operator

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader


class ActionModule(ReadingVerb):
    """Puts the whole site into one encrypted file."""

    ARGUMENTS: t.ClassVar = {
        "to": {"type": "path", "required": True},
        "also": {"type": "list", "elements": "path", "default": []},
        "passphrase": {"type": "str", "required": True, "no_log": True},
    }

    def answer(self, reader: Reader, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._backup import site

        to, *also = (Path(path).resolve() for path in (arguments["to"], *arguments["also"]))
        now = datetime.datetime.now(datetime.UTC)
        request = site.Request(self.folder, self.place, also, to, operator().who, now)
        if self._task.check_mode:
            return {"changed": True, "path": str(site.check(request, arguments["passphrase"]))}
        backup = site.make(reader, request, arguments["passphrase"])
        return {
            "changed": True,
            "path": str(backup.path),
            "size": backup.path.stat().st_size,
            "files": backup.files,
            "head": backup.head._asdict(),
            "warnings": list(backup.faults),
        }
