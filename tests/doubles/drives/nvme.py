# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An NVMe drive over TCP, as far as the kernel and nvme-cli need one: it reads, writes, formats and sanitises.

Sources: NVM Express Base Specification 2.0 and TCP Transport Specification 1.0.
Usage: python3 -m tests.doubles.drives.nvme FILE [FAULT OF SANITIZE [FAULT OF FORMAT [NAMESPACES]]]

NAMESPACES is 1, 2 for two in equal parts, or 1+1 if the second of them is attached to no controller.
"""

from __future__ import annotations

import socketserver
import struct
import sys

from tests.doubles.drives.blocks import Blocks

NQN = "nqn.2026-11.test:drive"
SERIAL, MODEL = "NVSN-0001", "DOUBLE NVME"
_BLOCK = 512
_INVALID_OPCODE, _INVALID_FIELD = 0x1, 0x2
_SANITIZE_FAILED, _SANITIZE_IN_PROGRESS = 0x1C, 0x1D
_MOST_DATA = 131072
_OVERWRITE, _BLOCK_ERASE, _CRYPTO = 3, 2, 4


class Drive:
    """The firmware: admin commands, and the state of sanitising."""

    def __init__(self, path: str, fault: str, format_fault: str, namespaces: str) -> None:
        self.blocks = Blocks(path, fault)
        self.format_fault = format_fault
        self._attached, self._allocated = {"1": (1, 1), "2": (2, 2), "1+1": (1, 2)}[namespaces]
        self.configuration = 0
        self._action = 0

    def part(self, namespace: int) -> tuple[int, int]:
        """Return the first byte and the end of a namespace."""
        size = self.blocks.size // self._allocated
        return (namespace - 1) * size, namespace * size

    @property
    def sanitize_status(self) -> int:
        if self.blocks.is_erasing:
            return 2
        if not self.blocks.was_erased:
            return 0
        return 3 if self.blocks.fault == "fails" else 1

    def sanitize(self, action: int) -> int:
        if self.blocks.fault in ("refuses", "missing") or action not in (_OVERWRITE, _BLOCK_ERASE, _CRYPTO):
            return _INVALID_FIELD
        if self.blocks.is_erasing:
            return _SANITIZE_IN_PROGRESS
        self._action = action
        self.blocks.start_erasing({_OVERWRITE: 0, _BLOCK_ERASE: 0xFF, _CRYPTO: None}[action])
        return 0

    def format(self, ses: int, namespace: int) -> int:
        """Erase by Format NVM; without a secure erase setting, the data stays."""
        if self.format_fault == "refuses":
            return _INVALID_FIELD
        if ses and self.format_fault != "nothing":
            fault, self.blocks.fault = self.blocks.fault, self.format_fault
            self.blocks.start_erasing(0 if ses == 1 else None, wait=True, part=self.part(namespace))
            self.blocks.fault = fault
            self.blocks._began = None
        return 0

    def sanitize_log(self) -> bytes:
        progress = int(self.blocks.progress * 65535)
        return struct.pack("<HHI", progress, self.sanitize_status, self._action).ljust(512, b"\xff")

    def identify(self, what: int, namespace: int) -> bytes | None:
        if what == 1:
            return self._identify_controller()
        if what == 0 and namespace in (*range(1, self._attached + 1), 0xFFFFFFFF):
            return self._identify_namespace()
        if what in (0x02, 0x10):
            numbers = range(namespace + 1, {0x02: self._attached, 0x10: self._allocated}[what] + 1)
            return b"".join(struct.pack("<I", number) for number in numbers).ljust(4096, b"\0")
        if what == 3:
            return (bytes([1, 8, 0, 0]) + b"\x00\x25\x38\x5b\x71\xb0\x00" + bytes([namespace])).ljust(4096, b"\0")
        return None

    def _identify_controller(self) -> bytes:
        data = bytearray(4096)
        data[4:24], data[24:64], data[64:72] = SERIAL.encode().ljust(20), MODEL.encode().ljust(40), b"1.0     "
        data[77] = 5  # transfers of up to 128 KiB
        struct.pack_into("<HI", data, 78, 1, 0x20000)
        manages = 0b1000 if self._allocated > self._attached else 0
        struct.pack_into("<H", data, 256, 0b10 | manages)  # formats
        struct.pack_into("<H", data, 320, 10)
        struct.pack_into("<I", data, 328, 0 if self.blocks.fault == "missing" else 0b111)
        data[512:514] = b"\x66\x44"
        struct.pack_into("<HI", data, 514, 128, self._allocated)
        data[524] = 0b100  # a format can destroy the key
        struct.pack_into("<I", data, 536, 0x100001)
        data[768 : 768 + len(NQN)] = NQN.encode()
        struct.pack_into("<II", data, 1792, 4, 1)
        data[1803] = 1
        return bytes(data)

    def _identify_namespace(self) -> bytes:
        data = bytearray(4096)
        count = self.part(1)[1] // _BLOCK
        struct.pack_into("<QQQ", data, 0, count, count, count)
        struct.pack_into("<HBB", data, 128, 0, 9, 0)
        return bytes(data)

    def property(self, offset: int) -> int:
        is_shut_down = bool(self.configuration >> 14 & 3)
        capabilities = 127 | 1 << 16 | 20 << 24 | 1 << 37
        status = self.configuration & 1 | (2 << 2 if is_shut_down else 0)
        return {0x0: capabilities, 0x8: 0x20000, 0x14: self.configuration, 0x1C: status}.get(offset, 0)


class Connection(socketserver.StreamRequestHandler):
    """One queue: its first command tells which."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        self._queue = self._head = 0
        self._writes: dict[int, tuple[int, int]] = {}
        while header := self.rfile.read(8):
            kind, _flags, header_length, data_offset, length = struct.unpack("<BBBBI", header)
            rest = self.rfile.read(length - 8)
            data = rest[data_offset - 8 :] if data_offset else b""
            {0: self._greet, 4: self._command, 6: self._receive}[kind](rest[: header_length - 8], data)

    def _greet(self, _header: bytes, _data: bytes) -> None:
        self._send(1, struct.pack("<HBBI", 0, 0, 0, _MOST_DATA).ljust(120, b"\0"))

    def _command(self, entry: bytes, _data: bytes) -> None:
        opcode, _flags, identifier, namespace = struct.unpack_from("<BBHI", entry)
        words = struct.unpack_from("<6I", entry, 40)
        length = struct.unpack_from("<I", entry, 32)[0]
        if opcode == 0x7F:
            self._fabrics(entry, identifier)
        elif self._queue == 0:
            self._admin(opcode, identifier, namespace, words, length)
        else:
            self._transfer(opcode, identifier, words, self._drive.part(namespace)[0])

    def _fabrics(self, entry: bytes, identifier: int) -> None:
        kind, offset = entry[4], struct.unpack_from("<I", entry, 44)[0]
        if kind == 1:
            self._queue = struct.unpack_from("<H", entry, 42)[0]
            self._answer(identifier, result=1)
        elif kind == 4:
            self._answer(identifier, result=self._drive.property(offset))
        elif kind == 0:
            if offset == 0x14:
                self._drive.configuration = struct.unpack_from("<I", entry, 48)[0]
            self._answer(identifier)
        else:
            self._answer(identifier, status=_INVALID_FIELD)

    def _admin(self, opcode: int, identifier: int, namespace: int, words: tuple[int, ...], length: int) -> None:
        drive = self._drive
        if opcode == 0x6:
            self._answer_with(identifier, drive.identify(words[0] & 0xFF, namespace), length)
        elif opcode == 0x2:
            is_sanitize = words[0] & 0xFF == 0x81
            self._answer_with(identifier, drive.sanitize_log() if is_sanitize else bytes(length), length)
        elif opcode == 0x80:
            self._answer(identifier, status=drive.format(words[0] >> 9 & 7, namespace))
        elif opcode == 0x84:
            self._answer(identifier, status=drive.sanitize(words[0] & 7))
        elif opcode == 0xC:
            pass  # an event that never comes
        else:
            self._answer(identifier, status=0 if opcode in (0x9, 0xA, 0x18) else _INVALID_OPCODE)

    def _transfer(self, opcode: int, identifier: int, words: tuple[int, ...], begin: int) -> None:
        blocks, status = self._drive.blocks, self._drive.sanitize_status
        first, length = begin + (words[0] | words[1] << 32) * _BLOCK, ((words[2] & 0xFFFF) + 1) * _BLOCK
        if status in (2, 3) and opcode in (1, 2):
            self._answer(identifier, status=_SANITIZE_IN_PROGRESS if status == 2 else _SANITIZE_FAILED)
        elif opcode == 2:
            self._answer_with(identifier, blocks.read(first, length), length)
        elif opcode == 1:
            self._writes[identifier] = (first, length)
            self._send(9, struct.pack("<HHIII", identifier, identifier, 0, length, 0))
        else:
            self._answer(identifier, status=0 if opcode == 0 else _INVALID_OPCODE)

    def _receive(self, header: bytes, data: bytes) -> None:
        identifier, _tag, offset, length = struct.unpack_from("<HHII", header)
        first, whole = self._writes[identifier]
        self._drive.blocks.write(first + offset, data[:length])
        if offset + length >= whole:
            del self._writes[identifier]
            self._answer(identifier)

    def _answer_with(self, identifier: int, data: bytes | None, length: int) -> None:
        if data is None:
            self._answer(identifier, status=_INVALID_FIELD)
            return
        data = data[:length]
        header = struct.pack("<HHII", identifier, 0, 0, len(data)).ljust(16, b"\0")
        self.wfile.write(struct.pack("<BBBBI", 7, 4, 24, 24, 24 + len(data)) + header + data)
        self._answer(identifier)

    def _answer(self, identifier: int, *, result: int = 0, status: int = 0) -> None:
        self._head = (self._head + 1) % 128
        self._send(5, struct.pack("<QHHHH", result, self._head, self._queue, identifier, status << 1))

    def _send(self, kind: int, body: bytes) -> None:
        self.wfile.write(struct.pack("<BBBBI", kind, 0, 8 + len(body), 0, 8 + len(body)) + body)

    @property
    def _drive(self) -> Drive:
        drive = self.server.drive  # type: ignore[attr-defined]
        assert isinstance(drive, Drive)
        return drive


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, drive: Drive) -> None:
        self.drive = drive
        super().__init__(("127.0.0.1", 0), Connection)


def main(path: str, fault: str = "", format_fault: str = "", namespaces: str = "1") -> None:
    with Server(Drive(path, fault, format_fault, namespaces)) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
