# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door import certification
from ansible_collections.commune.baseline.plugins.plugin_utils._door.approving import DISPOSAL, PLACE, TEXT
from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import WritingVerb

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer

_MEDIA: t.Final = {"type": "list", "elements": "dict", "required": True}


class ActionModule(WritingVerb):
    """Certifies what was wiped and verified, and takes a device whose media are all certified to its next state."""

    ARGUMENTS: t.ClassVar = {
        **DISPOSAL,
        "wiped_by": TEXT,
        "verified_by": TEXT,
        "wiped": _MEDIA,
        "verified": _MEDIA,
        **PLACE,
    }

    def change(self, writer: Writer, arguments: Arguments) -> Result:
        folder = None if self._task.check_mode else Path(arguments["folder"]).resolve()
        return certification.certify(writer, arguments, folder)
