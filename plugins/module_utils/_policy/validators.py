# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Asking the program itself whether it would accept a file, before the file is there.

A faulty sshd_config or sudoers shuts everybody out; whichever kind of row writes one, it is asked about here.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import FileState

_SSHD_CONFIG = "/etc/ssh/sshd_config"


def check(path: str, state: FileState) -> None:
    """Raise OSError with the program's objection if it would not accept the file."""
    if path.startswith(_SSHD_CONFIG):
        _check_sshd(path, state)
    elif path.startswith("/etc/sudoers"):
        programs.run("visudo", "-c", "-f", "-", text=state.text)


def _check_sshd(path: str, state: FileState) -> None:
    if programs.find("sshd") is None:
        return
    with privilege_separation_folder(), tempfile.NamedTemporaryFile() as candidate:
        candidate.write(state.content)
        candidate.flush()
        # The main file stands for itself: before OpenSSH 8.2 there was no Include.
        text = state.text if path == _SSHD_CONFIG else f"Include {candidate.name}\n{_content(_SSHD_CONFIG)}"
        programs.run("sshd", "-t", "-f", "/dev/stdin", text=text)


def _content(path: str) -> str:
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()
    return ""


@contextlib.contextmanager
def privilege_separation_folder() -> t.Iterator[None]:
    """Lend sshd the folder without which it answers no question; a socket-activated one has it only while it runs."""
    folder = "/run/sshd"
    try:
        os.mkdir(folder, mode=0o755)
    except OSError:  # it is there, or we may not
        yield
        return
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            os.rmdir(folder)
