# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows made for one test, passed through the real door: a copy of the collection with one role of the test's own."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integration.conftest import ROOT, Controller, Run

SENTENCE = {"vi": "Dòng thử.", "en": "A row on trial."}


@dataclass(frozen=True)
class Trial:
    """Runs the door with rows on trial, as root, on the hosts of a lab."""

    controller: Controller
    folder: Path

    def run(self, rows: list[dict[str, Any]], *arguments: str, **variables: Any) -> Run:
        """Run the door once with these rows; variables are those of the inventory."""
        self._write(rows, variables)
        return self.controller.playbook(
            str(self.folder / "trial.yml"), *arguments, ANSIBLE_COLLECTIONS_PATH=str(self.folder)
        )

    def _write(self, rows: list[dict[str, Any]], variables: dict[str, Any]) -> None:
        collection = self.folder / "ansible_collections/commune/baseline"
        if not collection.exists():
            for part in ("plugins", "catalogue"):
                shutil.copytree(ROOT / part, collection / part, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(ROOT / "galaxy.yml", collection)
        vars_file = collection / "roles/trial/vars/linux.yml"
        vars_file.parent.mkdir(parents=True, exist_ok=True)
        complete = [{"why": SENTENCE, "fix": SENTENCE, "control": "AC-08", **row} for row in rows]
        vars_file.write_text(json.dumps({"__trial_rows": complete}))
        play = {
            "hosts": "all",
            "gather_facts": False,
            "become": True,
            "vars": variables,
            "tasks": [{"commune.baseline.policy": {}}],
        }
        (self.folder / "trial.yml").write_text(json.dumps([play]))
