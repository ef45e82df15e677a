# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Python interpreters that the tests run under, found wherever this machine keeps them."""

from __future__ import annotations

import functools
import os
import subprocess
import typing as t
from pathlib import Path

# pip brings ansible-core 2.19 to the first and 2.21 to the others; both ends are to be tested.
OLD_CORE, NEW_CORE = ("3.11",), ("3.13", "3.12", "3.14")


class InterpreterMissingError(Exception):
    """No interpreter that would do; the message says what to install."""


class Interpreter(t.NamedTuple):
    version: str
    path: Path


def main() -> Interpreter:
    """Return the interpreter that runs every gate."""
    found = _first(OLD_CORE) or _first(NEW_CORE)
    if found is None:
        raise InterpreterMissingError(_advice(OLD_CORE + NEW_CORE))
    return found


def second() -> Interpreter:
    """Return the interpreter that runs the unit tests and one scenario again, with the newer ansible-core."""
    found = _first(NEW_CORE)
    if found is None:
        raise InterpreterMissingError(_advice(NEW_CORE))
    if found == main():
        raise InterpreterMissingError(f"{_advice(OLD_CORE)}; everything runs under {found.version} alone")
    return found


@functools.cache
def find(version: str) -> Path | None:
    """Return an interpreter of this minor version, if the machine has one, by the same path whoever asks."""
    return next((path for candidate in _candidates(version) if (path := _itself(candidate, version))), None)


def _first(versions: tuple[str, ...]) -> Interpreter | None:
    for version in versions:
        path = find(version)
        if path is not None:
            return Interpreter(version, path)
    return None


def _candidates(version: str) -> list[Path]:
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    names = (f"python{version}", "python3")
    on_path = [Path(folder, name) for name in names for folder in os.get_exec_path() if Path(folder, name).is_file()]
    kept_by_pyenv = sorted(pyenv.glob(f"versions/{version}.*/bin/python{version}"), reverse=True)
    return [*on_path, Path("/usr/bin", f"python{version}"), *kept_by_pyenv]


def _itself(path: Path, version: str) -> Path | None:
    """Ask the interpreter itself where it is: a pyenv shim exists even when no version stands behind it.

    One of a virtual environment does not count: it may be the very one that is to be made anew.
    """
    question = "import sys; print('%d.%d' % sys.version_info[:2], sys.prefix == sys.base_prefix, sys.executable)"
    try:
        answer = subprocess.run([path, "-c", question], capture_output=True, text=True, check=False)
    except OSError:
        return None
    _same, is_this, executable = answer.stdout.strip().partition(f"{version} True ")
    return Path(executable).resolve() if is_this else None


def _advice(versions: tuple[str, ...]) -> str:
    version = versions[0]
    return f"no Python {' or '.join(versions)} is here: install Debian's python{version}-venv or pyenv's {version}"
