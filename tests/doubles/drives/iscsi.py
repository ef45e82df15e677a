# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An iSCSI target with one disk, as far as Linux needs one. Source: RFC 7143.

Usage: python3 -m tests.doubles.drives.iscsi FILE [--sas] [--fault F] [--security F] [--visible SECTORS] [--ssd]
"""

from __future__ import annotations

import argparse
import socketserver
import struct

from tests.doubles.drives.ata import Drive
from tests.doubles.drives.blocks import FAULTS, Blocks
from tests.doubles.drives.scsi import Disk, Reply

NAME = "iqn.2026-11.test:drive"
_BURST = 262144
_NO_TASK = b"\xff" * 4
_DECLARED = {
    "AuthMethod": "None",
    "HeaderDigest": "None",
    "DataDigest": "None",
    "InitialR2T": "Yes",
    "ImmediateData": "No",
    "MaxRecvDataSegmentLength": str(_BURST),
    "MaxConnections": "1",
    "MaxOutstandingR2T": "1",
    "ErrorRecoveryLevel": "0",
    "DefaultTime2Wait": "0",
    "DefaultTime2Retain": "0",
}
_OF_THE_INITIATOR = ("InitiatorName", "InitiatorAlias", "TargetName", "SessionType")


class Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self._status = self._expected = 0
        self._waiting: list[tuple[bytes, bytes]] = []
        while (received := self._waiting.pop(0) if self._waiting else self._receive()) is not None:
            header, data = received
            code = header[0] & 0x3F
            if code != 0x05 and not header[0] & 0x40:
                self._expected = struct.unpack_from(">I", header, 24)[0] + 1
            handlers = {0x00: self._ping, 0x01: self._command, 0x02: self._manage, 0x03: self._log_in}
            handlers |= {0x04: self._discover, 0x06: self._log_out}
            handlers[code](header, data)
            if code == 0x06:
                return

    def _receive(self) -> tuple[bytes, bytes] | None:
        header = self.rfile.read(48)
        if len(header) < 48:
            return None
        length = int.from_bytes(header[5:8], "big")
        self.rfile.read(header[4] * 4)
        return header, self.rfile.read((length + 3) // 4 * 4)[:length]

    def _log_in(self, header: bytes, data: bytes) -> None:
        offered = dict(pair.split("=", 1) for pair in data.decode().split("\0") if "=" in pair)
        agreed = {key: _DECLARED.get(key, value) for key, value in offered.items() if key not in _OF_THE_INITIATOR}
        if "TargetName" in offered:
            agreed["TargetPortalGroupTag"] = "1"
        self._expected = struct.unpack_from(">I", header, 24)[0]
        answer = self._answer(0x23, header[1], header)
        answer[8:16] = header[8:16]
        if header[1] & 0x80 and header[1] & 3 == 3:
            answer[14:16] = b"\0\1"
        self._send(answer, "".join(f"{key}={value}\0" for key, value in agreed.items()).encode())

    def _discover(self, header: bytes, _data: bytes) -> None:
        answer = self._answer(0x24, 0x80, header)
        answer[20:24] = _NO_TASK
        self._send(answer, f"TargetName={NAME}\0".encode())

    def _ping(self, header: bytes, _data: bytes) -> None:
        if header[16:20] != _NO_TASK:
            answer = self._answer(0x20, 0x80, header)
            answer[20:24] = _NO_TASK
            self._send(answer)

    def _manage(self, header: bytes, _data: bytes) -> None:
        self._send(self._answer(0x22, 0x80, header))

    def _log_out(self, header: bytes, _data: bytes) -> None:
        self._send(self._answer(0x26, 0x80, header))

    def _command(self, header: bytes, _data: bytes) -> None:
        wanted = struct.unpack_from(">I", header, 20)[0]
        given = self._collected(header, wanted) if header[1] & 0x20 else b""
        disk: Disk = self.server.disk  # type: ignore[attr-defined]
        reply = (
            disk.carry_out(header[32:48], given) if header[9] == 0 else Reply(2, b"", bytes([0x70, 0, 5]) + bytes(15))
        )
        data = reply.data[:wanted] if header[1] & 0x40 else b""
        count = self._send_data(header, data)
        sense = struct.pack(">H", len(reply.sense)) + reply.sense if reply.sense else b""
        answer = self._answer(0x21, 0x80, header)
        answer[3] = reply.status
        if header[1] & 0x40 and len(data) < wanted:
            answer[1] |= 2
            struct.pack_into(">I", answer, 44, wanted - len(data))
        struct.pack_into(">I", answer, 36, count)
        self._send(answer, sense)

    def _collected(self, header: bytes, wanted: int) -> bytes:
        """Ask for the data of a write, burst by burst."""
        data = bytearray()
        while len(data) < wanted:
            burst = min(_BURST, wanted - len(data))
            ask = self._answer(0x31, 0x80, header, counts=False)
            ask[8:16] = header[8:16]
            struct.pack_into(">I", ask, 20, 1)
            struct.pack_into(">III", ask, 36, len(data) // _BURST, len(data), burst)
            self._send(ask)
            end = len(data) + burst
            while len(data) < end and (received := self._receive()) is not None:
                if received[0][0] & 0x3F == 0x05:
                    data += received[1]
                else:  # another command, which was sent before we asked
                    self._waiting.append(received)
        return bytes(data)

    def _send_data(self, header: bytes, data: bytes) -> int:
        pieces = [data[first : first + 65536] for first in range(0, len(data), 65536)]
        for number, piece in enumerate(pieces):
            answer = self._answer(0x25, 0x80 if number == len(pieces) - 1 else 0, header, counts=False)
            answer[20:24] = _NO_TASK
            struct.pack_into(">II", answer, 36, number, number * 65536)
            self._send(answer, piece)
        return len(pieces)

    def _answer(self, code: int, flags: int, header: bytes, *, counts: bool = True) -> bytearray:
        answer = bytearray(48)
        answer[0], answer[1], answer[16:20] = code, flags, header[16:20]
        struct.pack_into(
            ">III", answer, 24, self._status, self._expected & 0xFFFFFFFF, (self._expected + 64) & 0xFFFFFFFF
        )
        self._status += counts
        return answer

    def _send(self, answer: bytearray, data: bytes = b"") -> None:
        answer[5:8] = len(data).to_bytes(3, "big")
        self.wfile.write(bytes(answer) + data + bytes(-len(data) % 4))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        super().__init__(("127.0.0.1", 0), Connection)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--sas", action="store_true")
    parser.add_argument("--ssd", action="store_true")
    parser.add_argument("--fault", choices=FAULTS, default="")
    parser.add_argument("--security", choices=[*FAULTS, "frozen"], default="missing")
    parser.add_argument("--visible", type=int)
    chosen = parser.parse_args()
    blocks = Blocks(chosen.file, chosen.fault)
    drive = Drive(blocks, security=chosen.security, visible=chosen.visible, rotates=not chosen.ssd)
    with Server(Disk(blocks, None if chosen.sas else drive)) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
