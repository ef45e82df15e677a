# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Learning from systemd itself when a guest has finished booting."""

from __future__ import annotations

import select
import socket
import time
import typing as t
from pathlib import Path

if t.TYPE_CHECKING:
    from types import TracebackType


class ReadySocket:
    """A socket for the notifications of one host's systemd-nspawn, which passes on READY=1 from the guest's PID 1."""

    def __init__(self, path: Path) -> None:
        """Remember where the socket will be."""
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    def __enter__(self) -> t.Self:
        """Open the socket."""
        self.path.unlink(missing_ok=True)
        self._socket.bind(str(self.path))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the socket and remove its file."""
        self._socket.close()
        self.path.unlink(missing_ok=True)

    def wait(self, *, until: float) -> bool:
        """Wait until the guest is ready or a moment of the monotonic clock has come; tell which."""
        while (left := until - time.monotonic()) > 0:
            readable, _, _ = select.select([self._socket], [], [], left)
            if readable and b"READY=1" in self._socket.recv(4096).split(b"\n"):
                return True
        return False
