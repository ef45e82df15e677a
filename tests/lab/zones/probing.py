# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends many probes from one namespace at once and tells which were answered, and as whom.

Run as a program inside the namespace: the probes as JSON on standard input, ``[[number, source, address, protocol,
port], ...]``; the answers as JSON on standard output, ``{number: text}`` for those that were answered. ``icmp`` stands
for echo requests of the address's family.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import json
import os
import resource
import selectors
import socket
import struct
import sys
import time
import typing as t

_SECONDS = 1.6  # more than the second after which the kernel repeats the first packet of TCP (RFC 6298)
_AT_ONCE, _OPEN = 4000, 4096
_IDENTIFIER = os.getpid() & 0xFFFF  # another one each time: a firewall takes the same for a flow it knows
_ECHO = {4: (8, 0), 6: (128, 129)}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN, _OPEN))
    probes = json.load(sys.stdin)
    answers: dict[int, str] = {}
    for start in range(0, len(probes), _AT_ONCE):
        answers |= _ask(probes[start : start + _AT_ONCE])
    json.dump(answers, sys.stdout)


def _ask(probes: list[t.Any]) -> dict[int, str]:
    """Send probes, all of them before the first answer is read; after a while, those that may be lost once more."""
    selector = selectors.DefaultSelector()
    answers: dict[int, str] = {}
    for number, source, address, protocol, port in probes:
        sent = _open(source, address, protocol, port)
        if sent is not None:
            selector.register(sent, selectors.EVENT_READ, (number, protocol, ipaddress.ip_address(address).version))
            _send(sent, selector.get_key(sent).data)
    _read(selector, answers, _SECONDS / 2)
    for key in list(selector.get_map().values()):
        _send(t.cast("socket.socket", key.fileobj), key.data)
    _read(selector, answers, _SECONDS / 2)
    for key in list(selector.get_map().values()):
        t.cast("socket.socket", key.fileobj).close()
    return answers


def _read(selector: selectors.BaseSelector, answers: dict[int, str], seconds: float) -> None:
    """Read answers for some seconds, or until every probe has its own."""
    end = time.monotonic() + seconds
    while selector.get_map() and (left := end - time.monotonic()) > 0:
        for key, _mask in selector.select(left):
            number, protocol, version = key.data
            probe = t.cast("socket.socket", key.fileobj)
            answer = _answer(probe, protocol, version)
            if answer is not None:
                answers[number] = answer
            if answer is not None or protocol == "tcp":
                selector.unregister(probe)
                probe.close()


def _open(source: str, address: str, protocol: str, port: int) -> socket.socket | None:
    """Return a socket towards a destination; of TCP, the kernel has begun to connect, and repeats it after a second."""
    version = ipaddress.ip_address(address).version
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    if protocol == "icmp":
        number_of_icmp = socket.IPPROTO_ICMP if version == 4 else socket.IPPROTO_ICMPV6
        probe = socket.socket(family, socket.SOCK_RAW, number_of_icmp)
    else:
        probe = socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)
    probe.setblocking(False)
    try:
        probe.bind((source, 0))
        if probe.connect_ex((address, port)) in (0, errno.EINPROGRESS):
            return probe
    except OSError:
        pass
    probe.close()
    return None


def _send(probe: socket.socket, about: tuple[int, str, int]) -> None:
    number, protocol, version = about
    with contextlib.suppress(OSError):  # what the firewall's own output refuses fails at once
        if protocol == "udp":
            probe.send(str(number).encode())
        elif protocol == "icmp":
            probe.send(_echo_request(version, number))


def _answer(probe: socket.socket, protocol: str, version: int) -> str | None:
    """Return what came back; None for nothing, a refusal, or an echo that is not ours."""
    try:
        content = probe.recv(2048)
    except OSError:
        return None
    if protocol != "icmp":
        return content.decode() or None
    reply = content[(content[0] & 15) * 4 :] if version == 4 else content
    kind, _code, _sum, identifier = struct.unpack("!BBHH", reply[:6])
    return "echo" if kind == _ECHO[version][1] and identifier == _IDENTIFIER else None


def _echo_request(version: int, number: int) -> bytes:
    """Return an echo request (RFC 792); of IPv6 the kernel computes the checksum."""
    head = struct.pack("!BBHHH", _ECHO[version][0], 0, 0, _IDENTIFIER, number & 0xFFFF)
    whole = sum(struct.unpack("!4H", head)) if version == 4 else 0
    whole = (whole & 0xFFFF) + (whole >> 16)
    return head[:2] + struct.pack("!H", ~whole & 0xFFFF if version == 4 else 0) + head[4:]


if __name__ == "__main__":
    main()
