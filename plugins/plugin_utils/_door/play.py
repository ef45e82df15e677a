# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a play says before it begins: whether it leaves evidence, its devices, and where their inventory lies."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from ansible import constants, context

from ansible_collections.commune.baseline.plugins.plugin_utils._door import site_register
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError

_DOOR = "commune.baseline.policy"
_ROLLBACKS = ("commune.baseline.linux_rollback", "commune.baseline.windows_rollback")


class Setting(t.NamedTuple):
    """The devices of a play, the folder of their inventory (None if they are only named), and all inventories.

    ``given`` are the inventories as they were given, lists of names too.
    """

    devices: t.Sequence[str] = ()
    inventory_folder: Path | None = None
    inventories: t.Sequence[Path] = ()
    given: t.Sequence[str] = ()

    @property
    def site(self) -> str | None:
        return self.inventory_folder.name if self.inventory_folder else None

    def evidence_folder(self, chosen: str | None) -> Path:
        """Return the folder of the evidence; raise EvidenceError if Ansible would take it for a list of devices."""
        folder = Path(chosen) if chosen else (self.inventory_folder or Path.cwd()) / "evidence"
        inventory = self._misreading(folder.resolve())
        if inventory:
            raise EvidenceError(
                f"evidence in {folder} would be read as a list of devices: the inventory is the folder {inventory}; "
                "put ignore_patterns = ^evidence$ below [inventory] in ansible.cfg, or choose another folder"
            )
        return folder

    def _misreading(self, folder: Path) -> Path | None:
        ignored = [r"^\.", *constants.config.get_config_value("INVENTORY_IGNORE_PATTERNS")]
        for inventory in self.inventories:
            inside = folder.is_relative_to(inventory) and inventory.is_dir()
            parts = folder.relative_to(inventory).parts if inside else ()
            if inside and not any(re.search(pattern, part) for pattern in ignored for part in parts):
                return inventory
        return None


def playbooks() -> list[str]:
    """Return the names of the playbooks that were asked for; a single task, as ansible runs it, has none."""
    given = context.CLIARGS.get("args", ())
    return [] if isinstance(given, str) else [Path(one).name for one in given]


def limit() -> str | None:
    """Return the pattern of --limit, None if there is none."""
    return str(context.CLIARGS.get("subset") or "") or None


def setting_of(play: t.Any) -> Setting:
    """Return what Ansible says of a play; devices that --limit leaves out do not belong to it, later batches do."""
    variables = _variables(play)
    devices = [str(name) for name in variables["ansible_play_hosts_all"]]
    known = variables["hostvars"].raw_get(devices[0]) if devices and "hostvars" in variables else {}
    folder = known.get("inventory_dir")
    # A list of names, such as "pc1,", is no place.
    given = [str(one) for one in variables.get("ansible_inventory_sources") or ()]
    places = [Path(one).resolve() for one in given if "," not in one]
    return Setting(devices, Path(folder).resolve() if folder else None, places, given)


def site_of(play: t.Any) -> dict[str, t.Any]:
    """Return the variables by which the register of a play's site is found; raise AnsibleError if one has no value."""
    variables = _variables(play)
    known: t.Mapping[str, t.Any] = variables
    if variables["ansible_play_hosts_all"] and "hostvars" in variables:
        known = variables["hostvars"][variables["ansible_play_hosts_all"][0]]
    site = {name: known[name] for name in ("inventory_dir", site_register.VARIABLE) if name in known}
    return {**site, "ansible_inventory_sources": variables.get("ansible_inventory_sources")}


def leaves_evidence(play: t.Any) -> bool:
    """Tell whether --tags leaves a task in a play that leaves evidence; one of a file to include shows only later."""
    variables = _variables(play)
    tasks = (task for block in play.compile() for task in block.get_tasks())
    return any(is_proof(task) and task.evaluate_tags(play.only_tags, play.skip_tags, variables) for task in tasks)


def is_door(task: t.Any) -> bool:
    """Tell whether a task is the door; one whose action is a template is known by its result alone."""
    return str(task.action).endswith("policy") and task.resolved_action == _DOOR


def is_rollback(task: t.Any) -> bool:
    """Tell whether a task takes a run back."""
    return str(task.action).endswith("rollback") and task.resolved_action in _ROLLBACKS


def is_proof(task: t.Any) -> bool:
    """Tell whether what a task brings is evidence."""
    return is_door(task) or is_rollback(task)


def told_by_round(result: t.Any) -> bool:
    """Tell whether a result is that of a loop, whose rounds have been told one by one."""
    return result.task.loop is not None and "results" in result.result


def _variables(play: t.Any) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", play.get_variable_manager().get_vars(play=play))
