# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import WritingVerb, imported

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer


class ActionModule(WritingVerb):
    """Stores what a file holds, all of it or nothing."""

    ARGUMENTS: t.ClassVar = {"src": {"type": "path", "required": True}, "document": {"type": "str"}}

    def change(self, writer: Writer, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._sheets import importing

        return imported(importing.store(writer, Path(arguments["src"]), document=arguments["document"]))
