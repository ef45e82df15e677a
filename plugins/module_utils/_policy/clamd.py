# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Asking ClamAV's daemon, by the commands of clamd(8)."""

from __future__ import annotations

import re
import socket
import struct
import time

PROGRAM = "/usr/sbin/clamd"
SOCKET = "/run/clamav/clamd.ctl"
TEST_FILE_MD5 = "44d88612fea8a8f36de82e1278abb02f"
_SECONDS = 30  # it reads all signatures before it answers the first question
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOMENT = re.compile(r"(?:\w{3} )?(\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})")


class Clamd:
    """The daemon, for some questions in a row; after one that it leaves open, the others are not asked."""

    def __init__(self) -> None:
        self._failure: OSError | None = None

    def ask(self, command: str, content: bytes = b"") -> str:
        """Return the answer to one command; raises OSError whose ``strerror`` is one sentence."""
        if self._failure is not None:
            raise self._failure
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(_SECONDS)
                connection.connect(SOCKET)
                connection.sendall(b"z%s\0%s" % (command.encode(), content))
                answer = b"".join(iter(lambda: connection.recv(4096), b""))
        except socket.timeout:
            self._failure = OSError(0, f"{SOCKET} does not answer within {_SECONDS} s", SOCKET)
            raise self._failure from None
        return answer.rstrip(b"\0").decode(errors="replace")

    def scan(self, content: bytes) -> str:
        """Let clamd look at bytes; raises OSError."""
        return self.ask("INSTREAM", struct.pack("!L", len(content)) + content + struct.pack("!L", 0))


def test_file() -> bytes:
    """Return the test file of EICAR, put together here: no scanner should find it in this source."""
    return rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-" + b"TEST-FILE!$H+H*"


def moment(text: str) -> float | None:
    """Return a time as ctime(3) writes it in the C locale, with or without the day of the week; None if it is none."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None or match[1] not in _MONTHS:
        return None
    day, hour, minute, second, year = (int(match[group]) for group in (2, 3, 4, 5, 6))
    return time.mktime((year, _MONTHS.index(match[1]) + 1, day, hour, minute, second, 0, 0, -1))
