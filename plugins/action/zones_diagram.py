# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door import site_register, zone_verb
from ansible_collections.commune.baseline.plugins.plugin_utils._door.calendar import today
from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import ReadingVerb

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader


class ActionModule(zone_verb.ZoneFaults, ReadingVerb):
    """Draws the network of the site from its zone model and its register."""

    ARGUMENTS: t.ClassVar = {
        **zone_verb.MODEL,
        "dest": {"type": "path"},
        "title": {"type": "str", "default": ""},
        "names": {"type": "int", "default": 8},
    }

    def _act(self, arguments: Arguments, variables: dict[str, t.Any]) -> Result:
        self._model = zone_verb.model_file(arguments, variables)
        self._inventory = site_register.folder_of(variables)
        self._dest = Path(arguments["dest"] or Path("diagrams", self._inventory.name)).resolve()
        return super()._act(arguments, variables)

    def answer(self, reader: Reader, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._diagram import files
        from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices
        from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model

        title = f": {arguments['title']}" if arguments["title"] else ""
        wanted = files.Wanted(self._dest, self._inventory, title, arguments["names"], today())
        known = [stored.record for stored in devices.find(reader)]
        drawn = files.draw(read_model(self._model), known, wanted, dry_run=self._task.check_mode)
        return {
            "changed": any(drawn.values()),
            "files": [{"path": path, "changed": own} for path, own in drawn.items()],
        }
