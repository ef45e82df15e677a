# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An editable install links the checkout to where Ansible looks for commune.baseline."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LinkCollection(BuildHookInterface):  # type: ignore[type-arg]
    """Make `.ansible/collections/ansible_collections/commune/baseline` a link to the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            return
        link = Path(self.root, ".ansible/collections/ansible_collections/commune/baseline")
        if link.is_symlink():
            link.unlink()
        elif link.exists():  # a copy that a tool installed there
            shutil.rmtree(link)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(self.root, link.parent), target_is_directory=True)
