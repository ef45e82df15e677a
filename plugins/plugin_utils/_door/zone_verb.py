# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What all verbs of the zone model have in common: where the model of the site lies, and how its faults are told."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door import site_register
from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import ControllerVerb, in_both
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nft_matches import UnreadableError

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result

MODEL: dict[str, dict[str, t.Any]] = {"model": {"type": "path"}}
FILE = "group_vars/all/zones.yml"


class ZoneFaults(ControllerVerb):
    """Tells a fault of a model or of a ruleset in one sentence."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        try:
            return super().run(tmp, task_vars)
        except (ZoneError, UnreadableError) as error:
            return {"failed": True, "msg": in_both(str(error), in_vietnamese(str(error)))}


class ZoneVerb(ZoneFaults):
    """Works on the zone model of the site alone."""

    _COMMON: t.ClassVar = MODEL


def model_file(arguments: Arguments, variables: t.Mapping[str, t.Any]) -> Path:
    """Return where the model lies: as the task says, else among the variables of the site."""
    return Path(arguments["model"] or site_register.folder_of(variables) / FILE)
