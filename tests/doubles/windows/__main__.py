# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Simulated PCs in the background: up FOLDER NAME..., until down FOLDER.

Each PC has a folder of its own below FOLDER, where state.json is what it holds after every request; hosts.json in
FOLDER says how the PCs are reached, and by which password, which is new every time.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.doubles.windows.machine import Machine
from tests.doubles.windows.server import USER, Server, serving

_SECONDS = 30


def main(arguments: list[str]) -> int:
    verb, folder, *names = arguments
    if verb == "up":
        return _up(Path(folder), names)
    if verb == "down":
        return _down(Path(folder))
    if verb == "serve":
        return _serve(Path(folder), names)
    raise SystemExit(__doc__)


def _up(folder: Path, names: list[str]) -> int:
    """Start the PCs and wait until they can be reached."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hosts.json").unlink(missing_ok=True)
    program = [sys.executable, "-m", __package__, "serve", str(folder), *names]
    with open(folder / "log", "wb") as log:
        started = subprocess.Popen(program, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    (folder / "pid").write_text(str(started.pid))
    until = time.monotonic() + _SECONDS
    while not (folder / "hosts.json").exists():
        if started.poll() is not None or time.monotonic() > until:
            sys.stderr.write((folder / "log").read_text())
            return 1
        time.sleep(0.1)
    return 0


def _down(folder: Path) -> int:
    """Stop the PCs, if they run."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        os.kill(int((folder / "pid").read_text()), signal.SIGTERM)
    (folder / "pid").unlink(missing_ok=True)
    return 0


def _serve(folder: Path, names: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    password = secrets.token_urlsafe(16)
    with contextlib.ExitStack() as stack:
        hosts = {}
        for name in names:
            own = folder / name
            own.mkdir(exist_ok=True)
            machine = Machine()
            if machine.defender_status is not None:
                machine.defender_status["FullScanAge"] = 1  # no playbook scans
            server = stack.enter_context(serving(machine, own, password))
            server.after_request = functools.partial(_keep, server, own)
            _keep(server, own)
            hosts[name] = {
                "port": server.port,
                "user": USER,
                "password": password,
                "authority": str(own / "ca.pem"),
                "state": str(own / "state.json"),
            }
        _write(folder / "hosts.json", json.dumps(hosts))
        while True:
            signal.pause()


def _keep(server: Server, folder: Path) -> None:
    machine = server.machine
    registry = {key: values for key, values in machine.registry.keys.items() if values}
    state = {
        "registry": registry,
        "template": machine.template,
        "audit": machine.audit,
        "accounts": machine.accounts,
        "services": machine.services,
        "firewall": machine.firewall,
        "user": machine.user,
        "tasks": list(machine.tasks),
        "writes": machine.writes,
        "requests": server.requests,
        "bytes": server.bytes,
        "faults": server.faults,
    }
    _write(folder / "state.json", json.dumps(state, default=list, ensure_ascii=False, indent=1))


def _write(path: Path, text: str) -> None:
    """Write a file for its owner alone, in one step."""
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    part.write_text(text, "utf-8")
    part.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
