# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What answers probes within a namespace: every port that a service names, over TCP and UDP, IPv4 and IPv6.

Run as a program inside the namespace: ``python listening.py PORTS-AS-JSON``; it prints ``ready`` once it listens. A
probe of TCP is answered by the address it came from, one of UDP by the bytes it held: the prober learns that the
packet arrived and, of the former, how it was translated.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import sys

_MOST_OPEN = 512  # below the usual limit of 1024 open files
_IP_PKTINFO = 8  # linux/in.h; the socket module names it from Python 3.14 on


def main(ports: dict[str, list[int]]) -> None:
    selector = selectors.DefaultSelector()
    for port in ports["tcp"]:
        listener = socket.create_server(("::", port), family=socket.AF_INET6, backlog=512, dualstack_ipv6=True)
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ, _accept)
    for port in ports["udp"]:
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104 - a namespace
            receiver = socket.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6:
                receiver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                receiver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            else:
                receiver.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
            receiver.bind((address, port))
            receiver.setblocking(False)
            selector.register(receiver, selectors.EVENT_READ, _echo)
    print("ready", flush=True)
    kept: list[socket.socket] = []
    while True:
        for key, _mask in selector.select():
            key.data(key.fileobj, kept)


def _accept(listener: socket.socket, kept: list[socket.socket]) -> None:
    """Answer with the caller's address, and keep the connection, as a service that is in use does."""
    with contextlib.suppress(OSError):
        connection, caller = listener.accept()
        connection.sendall(caller[0].removeprefix("::ffff:").encode())
        kept.append(connection)
        if len(kept) > _MOST_OPEN:
            kept.pop(0).close()


def _echo(receiver: socket.socket, _kept: list[socket.socket]) -> None:
    """Send back what came, from the address it was sent to: of several, the kernel would take the first."""
    with contextlib.suppress(OSError):
        content, reached, _flags, caller = receiver.recvmsg(256, 256)
        receiver.sendmsg([content], reached, 0, caller)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
