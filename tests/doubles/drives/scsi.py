# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A SCSI disk, or an ATA disk behind a translation (SAT-4): what kernel and tools ask of one. Sources: SPC-5, SBC-4."""

from __future__ import annotations

import struct
from typing import NamedTuple

from tests.doubles.drives.ata import SECTOR, AbortedError, Answer, Command, Drive
from tests.doubles.drives.blocks import Blocks

_ATA_PASS_THROUGH = (0x85, 0xA1)
_READS, _WRITES = (0x28, 0x88), (0x2A, 0x8A)
_SERVICE_ACTIONS = {1: 0, 2: 0xFF, 3: None}


class Reply(NamedTuple):
    status: int = 0
    data: bytes = b""
    sense: bytes = b""


def failed(key: int, code: int, qualifier: int = 0) -> Reply:
    return Reply(2, b"", _sense(key, code, qualifier))


class Disk:
    """The commands of a disk; ``drive`` is the ATA drive behind it, None for a SAS disk."""

    def __init__(self, blocks: Blocks, drive: Drive | None) -> None:
        self._blocks, self._drive = blocks, drive

    @property
    def _sectors(self) -> int:
        return self._drive.sectors if self._drive else self._blocks.size // SECTOR

    def carry_out(self, cdb: bytes, data: bytes) -> Reply:
        code = cdb[0]
        if code in _ATA_PASS_THROUGH and self._drive:
            return self._pass_through(self._drive, cdb, data)
        if code in (*_READS, *_WRITES):
            return self._transfer(cdb, data)
        if code == 0x00 and self._blocks.is_erasing:
            return failed(2, 0x04, 0x1B)
        if code in (0x00, 0x1B, 0x1E, 0x35, 0x91):
            return Reply()
        answers = {0x03: self._request_sense, 0x12: self._inquire, 0x48: self._sanitize, 0xA3: self._opcodes}
        answers |= {0x1A: _mode_6, 0x5A: _mode_10, 0x25: self._capacity_10, 0x9E: self._capacity_16, 0xA0: _luns}
        return answers[code](cdb) if code in answers else failed(5, 0x20)

    def _transfer(self, cdb: bytes, data: bytes) -> Reply:
        if cdb[0] in (0x28, 0x2A):
            first, count = struct.unpack_from(">I", cdb, 2)[0], struct.unpack_from(">H", cdb, 7)[0]
        else:
            first, count = struct.unpack_from(">QI", cdb, 2)
        if self._blocks.is_erasing:
            return failed(2, 0x04, 0x1B)
        if self._blocks.was_erased and self._blocks.fault == "fails":
            return failed(3, 0x31, 0x03)
        if first + count > self._sectors:
            return failed(5, 0x21)
        if cdb[0] in _READS:
            return Reply(data=self._blocks.read(first * SECTOR, count * SECTOR))
        self._blocks.write(first * SECTOR, data[: count * SECTOR])
        return Reply()

    def _inquire(self, cdb: bytes) -> Reply:
        if not cdb[1] & 1:
            names = b"ATA     DOUBLE ATA DISK " if self._drive else b"SEAGATE DOUBLE SAS DISK "
            return Reply(data=bytes([0, 0, 6, 2, 91, 0, 0, 2]) + names + b"1.0 " + bytes(60))
        rate = 7200 if self._drive is None or self._drive.rotates else 1
        pages = {
            0x00: bytes([0x00, 0x80, 0x83, 0xB1, *([0x89] if self._drive else [])]),
            0x80: b"ATASN-0001".rjust(20) if self._drive else b"SASSN-0001",
            0x83: bytes([1, 3, 0, 8]) + bytes.fromhex("5000c50015ea71ac"),
            0xB1: struct.pack(">H", rate) + bytes(58),
        }
        if self._drive:
            pages[0x89] = (
                bytes(4) + b"DOUBLE  TRANSLATION     1.0 " + bytes(20) + b"\xec\0\0\0" + self._drive.identify()
            )
        page = pages.get(cdb[2])
        return failed(5, 0x24) if page is None else Reply(data=bytes([0, cdb[2]]) + struct.pack(">H", len(page)) + page)

    def _capacity_10(self, _cdb: bytes) -> Reply:
        return Reply(data=struct.pack(">II", self._sectors - 1, SECTOR))

    def _capacity_16(self, cdb: bytes) -> Reply:
        if cdb[1] & 31 != 0x10:
            return failed(5, 0x20)
        return Reply(data=struct.pack(">QI", self._sectors - 1, SECTOR) + bytes(20))

    def _request_sense(self, _cdb: bytes) -> Reply:
        if self._blocks.is_erasing:
            sense = bytearray(_sense(0, 0x04, 0x1B))
            sense[15] = 0x80
            struct.pack_into(">H", sense, 16, int(self._blocks.progress * 0xFFFF))
            return Reply(data=bytes(sense))
        if self._blocks.was_erased and self._blocks.fault == "fails":
            return Reply(data=_sense(3, 0x31, 0x03))
        return Reply(data=_sense(0, 0, 0))

    def _sanitize(self, cdb: bytes) -> Reply:
        action = cdb[1] & 31
        if self._drive or self._blocks.fault in ("missing", "refuses"):
            return failed(5, 0x20 if self._blocks.fault == "missing" else 0x24)
        if action not in _SERVICE_ACTIONS or self._blocks.is_erasing:
            return failed(5, 0x24)
        self._blocks.start_erasing(_SERVICE_ACTIONS[action], wait=not cdb[1] & 0x80)
        return Reply()

    def _opcodes(self, cdb: bytes) -> Reply:
        """Answer for one command with a service action whether it is supported (MAINTENANCE IN 0Ch)."""
        if cdb[1] & 31 != 0x0C or cdb[2] & 7 not in (2, 3):
            return failed(5, 0x24)
        action = struct.unpack_from(">H", cdb, 4)[0]
        has = not self._drive and self._blocks.fault != "missing" and cdb[3] == 0x48 and action in _SERVICE_ACTIONS
        return Reply(data=bytes([0, 3 if has else 1, 0, 10]) + cdb[3:4] + bytes([action & 31]) + bytes(8))

    def _pass_through(self, drive: Drive, cdb: bytes, data: bytes) -> Reply:
        """Hand a command to the ATA drive (SAT-4 12.2); the registers come back as sense data if they are wanted."""
        if cdb[0] == 0x85:
            low = cdb[8] | cdb[10] << 8 | cdb[12] << 16
            address = low | cdb[7] << 24 | cdb[9] << 32 | cdb[11] << 40
            command = Command(cdb[14], cdb[3] << 8 | cdb[4], cdb[5] << 8 | cdb[6], address, data)
        else:
            low = cdb[5] | cdb[6] << 8 | cdb[7] << 16 | (cdb[8] & 15) << 24
            command = Command(cdb[9], cdb[3], cdb[4], low, data)
        try:
            answer = drive.carry_out(command)
        except AbortedError as error:
            return Reply(2, b"", _registers(0xB, 4, 0x51, Answer(address=error.reason)))
        if cdb[2] & 0x20:
            return Reply(2, answer.data, _registers(1, 0, 0x50, answer))
        return Reply(data=answer.data)


def _mode_6(_cdb: bytes) -> Reply:
    return Reply(data=bytes([3, 0, 0, 0]))


def _mode_10(_cdb: bytes) -> Reply:
    return Reply(data=bytes([0, 6, 0, 0, 0, 0, 0, 0]))


def _luns(_cdb: bytes) -> Reply:
    return Reply(data=struct.pack(">I", 8) + bytes(12))


def _sense(key: int, code: int, qualifier: int) -> bytes:
    return bytes([0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, code, qualifier, 0, 0, 0, 0])


def _registers(key: int, error: int, status: int, answer: Answer) -> bytes:
    """Return sense data with the ATA Status Return descriptor."""
    address = answer.address.to_bytes(6, "little")
    pairs = bytes([address[3], address[0], address[4], address[1], address[5], address[2]])
    descriptor = bytes([9, 12, 1, error]) + struct.pack(">H", answer.count) + pairs + bytes([0, status])
    return bytes([0x72, key, 0, 0x1D if key == 1 else 0, 0, 0, 0, len(descriptor)]) + descriptor
