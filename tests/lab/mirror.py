# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Debian's packages for the guests of a lab, which reach nothing else outside.

A server on the lab's gateway passes on what lies below the Debian mirror that this machine itself uses. Its socket is
opened inside the lab's network namespace, and the process stands outside, where the mirror is. It lives in the lab's
control group and ends with it. Packages are kept in the cache of the images: what bears a version never changes.
"""

from __future__ import annotations

import concurrent.futures
import ctypes
import functools
import http.client
import http.server
import os
import socket
import subprocess
import sys
import tempfile
import typing as t
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from tests.lab import image, network
from tests.lab.commands import environment
from tests.lab.errors import LabError

_REPOSITORY = Path(__file__).parents[2]
_RUN_IN_GROUP = Path(__file__).with_name("keep_running.sh")
_CLONE_NEWNET = 0x40000000  # sched.h
_SUITES = (("debian", ""), ("debian", "-updates"), ("debian-security", "-security"))
_PASSED_ON = ("HOME", "XDG_CACHE_HOME", image.MIRROR_VARIABLE)


def sources(suite: str) -> str:
    """Return the lines of a guest's sources.list."""
    return "".join(f"deb http://{network.GATEWAY}/{archive} {suite}{part} main\n" for archive, part in _SUITES)


def start(*, lab: str, group: Path) -> None:
    """Start the server of a lab inside a control group; it takes connections when this returns."""
    group.mkdir(parents=True)
    # A thread may enter a namespace alone, and takes that with it when it ends.
    with concurrent.futures.ThreadPoolExecutor(max_workers=1) as thread:
        listening = thread.submit(_listen, network.namespace_path(network.lab_namespace(lab))).result()
    with listening:
        command = [sys.executable, "-m", __name__, str(listening.fileno()), network.lab_namespace(lab)]
        subprocess.run(
            ["setsid", "--fork", _RUN_IN_GROUP, group, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=10,
            pass_fds=[listening.fileno()],
            cwd=_REPOSITORY,
            env=environment(**{name: os.environ[name] for name in _PASSED_ON if name in os.environ}),
        )


def _listen(namespace: Path) -> socket.socket:
    with namespace.open("rb") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), _CLONE_NEWNET) != 0:
            raise LabError(f"cannot enter {namespace}: {os.strerror(ctypes.get_errno())}")
    return socket.create_server((network.GATEWAY, 80), backlog=64)


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """Refuses to be sent away from the mirror."""

    def redirect_request(self, *_arguments: t.Any, **_named: t.Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirection)


class Passage(http.server.BaseHTTPRequestHandler):
    """Answers GET and HEAD below the archives, from the mirror or from the cache."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Send a file of the mirror."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Send the headers of a file of the mirror."""
        self._answer(body=False)

    def log_message(self, *_arguments: t.Any) -> None:
        """Say nothing: nobody reads it."""

    def _answer(self, *, body: bool) -> None:
        address = _address(self.path)
        if address is None:
            self.send_error(403, "Only the Debian mirror of the machine is served here")
            return
        try:
            content = _content(address)
        except urllib.error.HTTPError as error:
            self.send_error(error.code)
        except (OSError, http.client.HTTPException) as error:
            self.send_error(502, type(error).__name__)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if body:
                self.wfile.write(content)


def _address(path: str) -> str | None:
    """Return where a path leads, None if that is not below the mirror."""
    words = urllib.parse.unquote(path).split("/")
    if len(words) < 3 or words[0] or words[1] not in _archives() or {"..", "."} & set(words):
        return None
    return f"{_archives()[words[1]]}/{path.split('/', 2)[2]}"


@functools.cache
def _archives() -> dict[str, str]:
    """Return the address of each archive: apt's own, or what stands beside the mirror as Debian lays mirrors out."""
    main = image.mirror()
    if main is None:
        return {}
    main = main.rstrip("/")
    return {"debian": main, "debian-security": (image.security_mirror() or f"{main}-security").rstrip("/")}


def _content(address: str) -> bytes:
    """Return a file of the mirror; packages are fetched once."""
    kept = image.cache() / "packages" / urllib.parse.quote(address, safe="")
    if kept.exists():
        return kept.read_bytes()
    with _OPENER.open(address, timeout=60) as answer:
        content: bytes = answer.read()
    if kept.suffix == ".deb":
        kept.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, prefix=".", delete=False) as file:
            file.write(content)
        Path(file.name).rename(kept)
    return content


def main() -> None:
    """Serve on a socket that was handed over; the second argument only shows whose it is in a list of processes."""
    listening = socket.socket(fileno=int(sys.argv[1]))
    server = http.server.ThreadingHTTPServer((network.GATEWAY, 80), Passage, bind_and_activate=False)
    server.socket.close()
    server.socket = listening
    server.serve_forever()


if __name__ == "__main__":
    main()
