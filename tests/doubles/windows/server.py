# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WS-Management over HTTPS on loopback, in front of one simulated machine; it counts what passes."""

from __future__ import annotations

import base64
import contextlib
import hmac
import http.server
import socket
import ssl
import threading
import traceback
import typing as t
import uuid
from collections.abc import Iterator
from pathlib import Path

from tests.doubles.windows import certificate, payload
from tests.doubles.windows.commands import shell_of
from tests.doubles.windows.envelope import Answer, Request
from tests.doubles.windows.machine import Machine
from tests.doubles.windows.powershell import Shell
from tests.doubles.windows.shells import CommandShell, PowerShellShell, Printed
from tests.doubles.windows.values import PowerShellError, as_text

USER = "officer"


class Server(http.server.ThreadingHTTPServer):
    """One machine's end of the connection. ``requests`` and ``bytes`` (both ways, bodies) count what it answered."""

    daemon_threads = True

    def __init__(self, machine: Machine, context: ssl.SSLContext | None, password: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.machine, self.password = machine, password
        self.shell: Shell = shell_of(machine)
        self.shells: dict[str, CommandShell | PowerShellShell] = {}
        self.requests = self.bytes = self.refused = 0
        self.faults: list[str] = []
        self.hang_up_after: int | None = None
        self.cut_output_to: int | None = None
        self.after_request: t.Callable[[], None] = lambda: None
        self.lock = threading.Lock()
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def verify_request(self, request: t.Any, client_address: t.Any) -> bool:
        """Drop a new connection that the machine's firewall would not let in."""
        self.machine.run_due_tasks()
        return self.machine.is_reachable()

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """A client that goes away is no fault of the server."""

    def execute(self, script: str, piped: str | None) -> Printed:
        """Run what is piped into the wrapper of Ansible, or without that the script itself."""
        if piped is not None:
            return Printed(payload.answer(self.machine, self.shell, piped)[: self.cut_output_to])
        try:
            return Printed("\r\n".join(as_text(one) for one in self.shell.run(script, {})))
        except PowerShellError as error:
            return Printed(error=str(error))

    def count(self, received: int, sent: int) -> None:
        with self.lock:
            self.requests += 1
            self.bytes += received + sent
            self.after_request()

    def reset_count(self) -> None:
        self.requests = self.bytes = self.refused = 0


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet per answer ...
    disable_nagle_algorithm = True  # ... or each waits 40 ms for the acknowledgement of the one before
    server: Server

    def log_message(self, *_arguments: t.Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        wanted = "Basic " + base64.b64encode(f"{USER}:{server.password}".encode()).decode()
        if not hmac.compare_digest(self.headers.get("Authorization") or "", wanted):
            server.refused += 1
            return self._reply(401, b"", 'Basic realm="WSMAN"')
        if server.hang_up_after is not None and server.requests >= server.hang_up_after:
            server.hang_up_after = None  # the next connection is answered again
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return None
        request = Request(body)
        try:
            answer = self._operate(request)
        except Exception:
            server.faults.append(traceback.format_exc())
            return self._reply(500, b"")
        content = answer.envelope(request)
        server.count(len(body), len(content))
        return self._reply(500 if answer.is_fault else 200, content)

    def _operate(self, request: Request) -> Answer:
        shells = self.server.shells
        if request.operation == "Create":
            name = str(uuid.uuid4()).upper()
            if request.find("p:creationXml") is None:
                shells[name] = created = CommandShell(name, self.server.execute)
                return created.create(request)
            pool = PowerShellShell(name, self.server.execute)
            answer = pool.create(request)
            shells[pool.name] = pool
            return answer
        if request.operation == "Delete":
            shells.pop(request.shell or "", None)
            return Answer("")
        shell = shells[request.shell or ""]
        return t.cast(Answer, getattr(shell, request.operation.lower())(request))

    def _reply(self, code: int, content: bytes, authenticate: str | None = None) -> None:
        self.send_response(code)
        self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
        if authenticate:
            self.send_header("WWW-Authenticate", authenticate)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextlib.contextmanager
def serving(machine: Machine, folder: Path, password: str, *, https: bool = True, **how: bool) -> Iterator[Server]:
    """Serve a machine until the block ends; what a client has to trust lies in ``folder`` as ca.pem."""
    context = certificate.context(folder, **{"expired": False, **how})
    server = Server(machine, context if https else None, password)
    machine.run_task = lambda task: _run_task(server, task)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _run_task(server: Server, task: t.Mapping[str, t.Any]) -> None:
    """Run powershell.exe -File SCRIPT -NAME VALUE ..., as a scheduled task starts it."""
    _options, _file, call = task["Argument"].partition("-File ")
    words = [word.strip('"') for word in call.split(" ")]
    script = server.machine.files[words[0]].decode("utf-8-sig")
    named = dict(zip((name.lstrip("-") for name in words[1::2]), words[2::2], strict=True))
    server.shell.run(script, named)
