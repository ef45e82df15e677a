# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import (
    WritingVerb,
    arguments_of,
    changed,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer


class ActionModule(WritingVerb):
    """Records an approval, or changes what the register says of it."""

    ARGUMENTS: t.ClassVar = {
        **arguments_of(APPROVAL),
        "version": {"type": "int"},
    }

    def change(self, writer: Writer, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._register import records

        given = self.given(APPROVAL, arguments)
        return changed(writer, APPROVAL, records.put(writer, APPROVAL, given, version=arguments["version"]))
