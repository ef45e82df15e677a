# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the gates need on this machine: Debian packages, virtual environments, a source for ansible-test's pip.

Usage: python3 -m tests.suite.environment packages NAME... | venv main|second | ansible-test-pip
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.suite import interpreters

ROOT = Path(__file__).parents[2]

# ansible-test fetches this program from a host of its own choice; offices and test machines reach a package index only.
_GET_PIP = """\
import subprocess
import sys

# A child process: ensurepip switches off pip's configuration files for its own process.
subprocess.check_call([sys.executable, "-m", "ensurepip", "--default-pip"])
packages = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
subprocess.check_call([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
"""


def venv(name: str) -> Path:
    return ROOT / ".venv" / name


def install_packages(names: list[str]) -> None:
    """Install those Debian packages that are missing."""
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}${Package}\n", *names]
    known = subprocess.run(query, capture_output=True, text=True, check=False).stdout.splitlines()
    missing = sorted(set(names) - {line[2:].strip() for line in known if line.startswith("ii")})
    if not missing:
        return
    if os.geteuid():
        print(f"not root, so these packages are not installed: {' '.join(missing)}")
        return
    apt = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    subprocess.run(["apt-get", "update", "--quiet"], env=apt, check=True)
    subprocess.run(["apt-get", "install", "--quiet", "--yes", "--no-install-recommends", *missing], env=apt, check=True)


def make_venv(name: str) -> None:
    """Make the virtual environment ``main`` or ``second``, unless it is there and pyproject.toml is unchanged."""
    if (ROOT / ".venv").is_symlink():  # borrowed from another checkout, whose environments are not ours to make
        return
    extras = "test,lint" if name == "main" else "test"
    interpreter = (interpreters.main if name == "main" else interpreters.second)().path
    directory = venv(name)
    made_from = f"{interpreter} {hashlib.sha256((ROOT / 'pyproject.toml').read_bytes()).hexdigest()}"
    stamp = directory / "made-from"
    if not (stamp.is_file() and stamp.read_text() == made_from):
        shutil.rmtree(directory, ignore_errors=True)
        subprocess.run([interpreter, "-m", "venv", directory], check=True)
        python = str(directory / "bin/python")
        subprocess.run(
            [python, "-m", "pip", "install", "-qq", "--no-compile", "-e", f".[{extras}]"], cwd=ROOT, check=True
        )
        # Compiling the hundred collections that come with Ansible would take longer than downloading them.
        subprocess.run(
            [python, "-m", "compileall", "-q", "-x", "/ansible_collections/", directory / "lib"], check=False
        )
        stamp.write_text(made_from)
    link_collection()


def link_collection(checkout: Path = ROOT) -> None:
    """Restore the link that the editable install makes, which a clean-up of the checkout removes."""
    link = checkout / ".ansible/collections/ansible_collections/commune/baseline"
    if not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(checkout, link.parent), target_is_directory=True)


def provide_pip_to_ansible_test() -> None:
    """Put a stand-in where ansible-test looks for get-pip before it downloads it."""
    cache = Path.home() / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in ("24_2", "25_2"):  # ansible-core 2.19 and 2.21
        stand_in = cache / f"get_pip_{version}.py"
        if not stand_in.exists():
            stand_in.write_text(_GET_PIP)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["packages", *names]:
            install_packages(names)
        case ["venv", "main" | "second" as name]:
            try:
                make_venv(name)
            except interpreters.InterpreterMissingError as error:
                raise SystemExit(str(error)) from None
        case ["ansible-test-pip"]:
            provide_pip_to_ansible_test()
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
