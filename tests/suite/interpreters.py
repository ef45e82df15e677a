# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Python interpreters that the tests run under, found wherever this machine keeps them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

# pip brings ansible-core 2.19 to the first (the oldest supported) and 2.21 to the second.
OLDEST, NEWEST = "3.11", "3.13"


class InterpreterMissingError(Exception):
    """No usable interpreter of this version; the message says what to install."""


def find(version: str) -> Path:
    """Return an interpreter of exactly this minor version that can make virtual environments."""
    for candidate in _candidates(version):
        if _is_usable(candidate, version):
            return candidate
    raise InterpreterMissingError(
        f"python{version} with its venv module is not here: install Debian's python{version} and python{version}-venv"
        f" where they exist, or pyenv's {version}"
    )


def _candidates(version: str) -> list[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    on_path = [Path(found) for found in (shutil.which(f"python{version}"), shutil.which("python3")) if found]
    kept_by_pyenv = sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    return [*on_path, Path("/usr/bin", f"python{version}"), *kept_by_pyenv]


def _is_usable(candidate: Path, version: str) -> bool:
    """Ask the interpreter itself: a pyenv shim exists even when no version stands behind it."""
    question = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([candidate, "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == version
