# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a command in a copy of the collection at FOLDER/ansible_collections/commune/baseline.

ansible-test accepts a collection nowhere else, refuses links to folders, and asks git for the list of files. The copy
holds what is published, and its tests; the lab and the suite are programs around it, with gates of their own.
Usage: python3 -m tests.suite.collection_tree FOLDER COMMAND...
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


def copy_to(tree: Path) -> None:
    """Copy what git knows or would add, so that a new file is tested before it is committed."""
    shutil.rmtree(tree, ignore_errors=True)
    list_files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    list_files += ["--deduplicate", "--", *_PUBLISHED, *_ITS_TESTS]
    files = subprocess.run(list_files, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, files.split("\0")):
        if (ROOT / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name, follow_symlinks=False)
    # The build folder is ignored by the checkout's own repository, so the copy needs one.
    subprocess.run(["git", "init", "--quiet", tree], check=True)


def main(folder: str, *command: str) -> None:
    tree = ROOT / folder / "ansible_collections/commune/baseline"
    copy_to(tree)
    os.chdir(tree)
    os.execvp(command[0], command)  # noqa: S606 - the command is the caller's own


if __name__ == "__main__":
    main(*sys.argv[1:])
