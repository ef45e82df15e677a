# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The firmware of an ATA drive: what it is, its hidden end, the security feature set and SANITIZE. Source: ACS-4."""

from __future__ import annotations

import struct
from typing import NamedTuple

from tests.doubles.drives.blocks import Blocks

SECTOR = 512
_METHODS = {0x11: "crypto", 0x12: "block", 0x14: "overwrite"}
_CONTENT = {"crypto": None, "block": 0xFF, "overwrite": 0}


class AbortedError(Exception):
    """The drive does not carry out the command; ``reason`` lies in the registers of the block address."""

    def __init__(self, reason: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason


class Command(NamedTuple):
    code: int
    feature: int
    count: int
    address: int
    data: bytes


class Answer(NamedTuple):
    data: bytes = b""
    count: int = 0
    address: int = 0


class Drive:
    """``security`` is a fault of the security erase: as of ``Blocks``, or ``frozen``."""

    def __init__(self, blocks: Blocks, *, security: str, visible: int | None, rotates: bool) -> None:
        self.blocks = blocks
        self._security, self.rotates = security, rotates
        self.native = blocks.size // SECTOR
        self.sectors = visible or self.native
        self._password: bytes | None = None
        self._is_prepared = False

    def carry_out(self, command: Command) -> Answer:
        """Carry out a command; raises AbortedError."""
        if command.code == 0xEC:
            return Answer(self.identify(), command.count)
        if command.code == 0xB4:
            return self._sanitize(command)
        if 0xF1 <= command.code <= 0xF6:
            return self._secure(command)
        if command.code in (0xF8, 0x27):
            return Answer(address=self.native - 1)
        if command.code in (0xF9, 0x37):
            return self._set_maximum(command)
        if command.code in (0xE0, 0xE1, 0xE5, 0xE7, 0xEA):
            return Answer(count=0xFF)
        raise AbortedError

    def identify(self) -> bytes:
        words = [0] * 256
        words[0], words[49], words[53], words[80] = 0x40, 0x0F00, 7, 0x01F0
        words[10:20] = _swapped("ATASN-0001", 20)
        words[23:27], words[27:47] = _swapped("1.0", 8), _swapped("DOUBLE ATA DISK", 40)
        words[59] = 0 if self.blocks.fault == "missing" else 0xF000
        words[60:62] = [self.sectors & 0xFFFF, self.sectors >> 16]
        words[82] = words[85] = 1 << 10 | (2 if self._security != "missing" else 0)
        words[83] = words[86] = 1 << 14 | 1 << 13 | 1 << 10
        words[84] = words[87] = 1 << 14
        words[89] = words[90] = 1
        words[100:104] = list(struct.unpack("<4H", struct.pack("<Q", self.sectors)))
        words[128] = self._security_word()
        words[217] = 7200 if self.rotates else 1
        data = bytearray(struct.pack("<256H", *words))
        data[510] = 0xA5
        data[511] = -sum(data[:511]) & 0xFF
        return bytes(data)

    def _security_word(self) -> int:
        if self._security == "missing":
            return 0
        return 1 | 1 << 5 | (2 if self._password else 0) | (8 if self._security == "frozen" else 0)

    def _set_maximum(self, command: Command) -> Answer:
        if command.address >= self.native:
            raise AbortedError
        self.sectors = command.address + 1
        return Answer()

    def _secure(self, command: Command) -> Answer:
        if self._security in ("missing", "frozen"):
            raise AbortedError
        given = command.data[2:34]
        if command.code == 0xF1:
            self._password = given
        elif command.code == 0xF3:
            self._is_prepared = True
        elif given != self._password:
            raise AbortedError
        elif command.code == 0xF6:
            self._password = None
        elif command.code == 0xF4:
            self._erase_securely()
        return Answer()

    def _erase_securely(self) -> None:
        if not self._is_prepared or self._security == "refuses":
            raise AbortedError
        fault, self.blocks.fault = self.blocks.fault, self._security
        self.blocks.start_erasing(0, wait=True)
        self.blocks.fault, self._password, self._is_prepared = fault, None, False

    def _sanitize(self, command: Command) -> Answer:
        if self.blocks.fault == "missing":
            raise AbortedError
        if command.feature == 0:
            return self._sanitize_status()
        if self.blocks.fault == "refuses" or self.blocks.is_erasing:
            raise AbortedError
        method = _METHODS.get(command.feature)
        if method is None:
            raise AbortedError
        self.blocks.start_erasing(_CONTENT[method])
        return Answer(count=0x4000)

    def _sanitize_status(self) -> Answer:
        if self.blocks.is_erasing:
            return Answer(count=0x4000, address=int(self.blocks.progress * 0xFFFF))
        if self.blocks.was_erased and self.blocks.fault == "fails":
            raise AbortedError(1)
        return Answer(count=0x8000 if self.blocks.was_erased else 0, address=0xFFFF)


def _swapped(text: str, length: int) -> list[int]:
    """Return a text as words, in which the first letter is the upper byte."""
    return list(struct.unpack(f">{length // 2}H", text.encode().ljust(length)))
