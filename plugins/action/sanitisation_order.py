# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door import ordering
from ansible_collections.commune.baseline.plugins.plugin_utils._door.approving import DISPOSAL, TEXT
from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import WritingVerb

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer


class ActionModule(WritingVerb):
    """Notes that media of a device are wiped under an order, and fails with every reason why they must not be."""

    ARGUMENTS: t.ClassVar = {
        **DISPOSAL,
        "wiped_by": TEXT,
        "media": {"type": "list", "elements": "dict", "required": True},
        "daily_cap": {"type": "int", "default": 10},
    }

    def change(self, writer: Writer, arguments: Arguments) -> Result:
        return ordering.begin(writer, arguments)
