# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door import quarantine, zone_verb
from ansible_collections.commune.baseline.plugins.plugin_utils._door.calendar import today

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result


class ActionModule(zone_verb.ZoneVerb):
    """Tells in words what would change if the zone model of the site were applied."""

    ARGUMENTS: t.ClassVar = {
        "before": {"type": "path"},
        "ruleset": {"type": "raw"},
        "day": {"type": "str"},
    }

    def _act(self, arguments: Arguments, variables: dict[str, t.Any]) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._zones import planning

        former = Path(arguments["before"]) if arguments["before"] else None
        question = planning.Question(
            zone_verb.model_file(arguments, variables), former, arguments["ruleset"], quarantine.devices_of(variables)
        )
        return {"changed": False, **planning.answer(question, arguments["day"] or today())}
