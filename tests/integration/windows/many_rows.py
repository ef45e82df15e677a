# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of the collection with as many rows for Windows as one likes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import yaml

from tests.integration.windows.office import ROOT


def collection_with(folder: Path, count: int) -> Path:
    """Copy the collection and give it a role with so many rows; return where Ansible finds it."""
    copy = folder / "ansible_collections/commune/baseline"
    for part in ("plugins", "catalogue", "roles/session_lock", "meta"):
        shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "linux.yml"))
    path = copy / "roles/session_lock/vars/windows.yml"
    (row, *_others) = yaml.safe_load(path.read_text("utf-8"))["__session_lock_rows"]
    rows = [{**row, "id": f"WIN-{number}", "name": f"Setting{number}"} for number in range(count)]
    path.write_text(json.dumps({"__session_lock_rows": rows}))
    return folder
