# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running the machine's tools, with failures told as one sentence."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import typing as t
from pathlib import Path

from tests.lab.errors import LabError

if t.TYPE_CHECKING:
    from collections.abc import Sequence

ARCHIVE_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# Some ways of becoming root leave the folders of the administrator's tools out of PATH.
SEARCH_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"

_PROXY_VARIABLES = ("http_proxy", "https_proxy", "no_proxy")

_PACKAGE_OF_TOOL = {
    "systemd-nspawn": "systemd-container",
    "debootstrap": "debootstrap",
    "nc.openbsd": "netcat-openbsd",
    "ip": "iproute2",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "setsid": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
    "chattr": "e2fsprogs",
}


def run(command: Sequence[str | Path], *, stdin: str = "", timeout: float = 60, keep_open: tuple[int, ...] = ()) -> str:
    """Run a tool and return what it printed; when it fails, say what it was and its last words."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words, input=stdin, capture_output=True, text=True, check=True, timeout=timeout, env=environment()
        )
    except subprocess.CalledProcessError as failure:
        said = f"{failure.stdout}\n{failure.stderr}".strip().rpartition("\n")[2]
        raise LabError(f"{shlex.join(words)} failed with code {failure.returncode}: {said}") from failure
    except subprocess.TimeoutExpired as failure:
        raise LabError(f"{shlex.join(words)} did not finish within {timeout:.0f} s") from failure
    return done.stdout


def environment(**additions: str) -> dict[str, str]:
    """Return the environment for tools: no locale surprises, nothing private of the caller's."""
    proxies = {name: os.environ[name] for name in _PROXY_VARIABLES if name in os.environ}
    return {"PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8", **proxies, **additions}


def missing_requirement() -> str | None:
    """Return the sentence that tells why this machine cannot run a lab, or nothing when it can."""
    if os.geteuid() != 0:
        return "the lab needs root: run it with sudo"
    for tool, package in _PACKAGE_OF_TOOL.items():
        if shutil.which(tool, path=SEARCH_PATH) is None:
            return f"{tool} is missing: apt-get install {package}"
    if not ARCHIVE_KEYRING.exists():
        return f"{ARCHIVE_KEYRING} is missing: apt-get install debian-archive-keyring"
    return None


def require() -> None:
    """Refuse to begin on a machine that cannot run a lab."""
    if sentence := missing_requirement():
        raise LabError(sentence)
