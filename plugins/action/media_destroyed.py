# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door import destroying
from ansible_collections.commune.baseline.plugins.plugin_utils._door.approving import DISPOSAL, PLACE, TEXT
from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import WritingVerb
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation.destruction import TECHNIQUES

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer


class ActionModule(WritingVerb):
    """Certifies that a medium was destroyed in front of witnesses; with the last one the device is sanitised."""

    ARGUMENTS: t.ClassVar = {
        **DISPOSAL,
        "medium": TEXT,
        "technique": {**TEXT, "choices": list(TECHNIQUES)},
        "reason": {"type": "str"},
        "destroyed_by": TEXT,
        "destroyed_on": TEXT,
        "witnesses": {"type": "list", "elements": "str", "required": True},
        **PLACE,
    }

    def change(self, writer: Writer, arguments: Arguments) -> Result:
        folder = None if self._task.check_mode else Path(arguments["folder"]).resolve()
        return destroying.record(writer, arguments, folder)
