# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run an ansible-test command in a copy of the collection, under the Python that runs this.

ansible-test accepts a collection only at FOLDER/ansible_collections/commune/baseline, refuses links to folders, and
asks git for the list of files. The copy holds what is published, and its tests; the lab and the suite are programs
around it, with gates of their own. Usage: python -m tests.suite.collection_tree FOLDER COMMAND...
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.suite.environment import ROOT

_PUBLISHED = ("catalogue", "changelogs", "docs", "meta", "playbooks", "plugins", "roles", "galaxy.yml")
_ITS_TESTS = ("tests/config.yml", "tests/sanity", "tests/unit")


def copy_to(tree: Path, *paths: str) -> None:
    """Copy what git knows or would add below the paths (all if none): a new file is tested before its commit."""
    shutil.rmtree(tree, ignore_errors=True)
    list_files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--", *paths]
    files = subprocess.run(list_files, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name, follow_symlinks=False)
    # The build folder is ignored by the checkout's own repository, so the copy needs one.
    subprocess.run(["git", "init", "--quiet", tree], check=True)


def main(folder: str, *command: str) -> None:
    tree = ROOT / folder / "ansible_collections/commune/baseline"
    copy_to(tree, *_PUBLISHED, *_ITS_TESTS)
    os.chdir(tree)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    os.execvp("ansible-test", ["ansible-test", *command, "--local", "--python", version])  # noqa: S606 - no shell


if __name__ == "__main__":
    main(*sys.argv[1:])
