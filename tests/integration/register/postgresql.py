# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A PostgreSQL server of Debian's, started for a test run by an ordinary user on a socket in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

_USER = "postgres"


def programs() -> Path | None:
    """Return the folder of the newest server that is installed, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


class Server:
    """A running server; a database on it costs a fraction of a second."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._number = 0

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        self._number += 1
        name = f"register{self._number}"
        self.sql("postgres", f"CREATE DATABASE {name}")
        return f"postgresql://{_USER}@/{name}?host={self.folder}"

    def sql(self, database: str, statement: str) -> str:
        """Run a statement by psql, a reader that is not ours."""
        command = ["psql", "-h", self.folder, "-U", _USER, "-d", database, "-Xqtc", statement]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Start a server and stop it at the end."""
    tools = programs()
    assert tools
    folder = Path(tempfile.mkdtemp(prefix="register-"))
    become: list[str] = []
    if os.geteuid() == 0:  # which the server refuses to run as
        user = pwd.getpwnam(_USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
        become = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    data = folder / "data"
    settings = f"-k {folder} -c listen_addresses= -c fsync=off"  # no test takes the power away from the machine
    control = [*become, str(tools / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log")]
    initialise = [*become, str(tools / "initdb"), "-D", data, "-A", "trust", "-U", _USER, "-E", "UTF8", "--locale=C"]
    try:
        subprocess.run(initialise, cwd=folder, capture_output=True, check=True)
        subprocess.run([*control, "-o", settings, "start"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        yield Server(folder)
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], cwd=folder, stdout=subprocess.DEVNULL, check=False)
        shutil.rmtree(folder)
