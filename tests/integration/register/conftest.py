# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both databases of the register, for real."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from tests.integration.register import postgresql
from tests.integration.register.controller import Office

ROOT = Path(__file__).parents[3]
DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session", name="server")
def fixture_server() -> Iterator[postgresql.Server]:
    if postgresql.programs() is None:
        pytest.skip("needs PostgreSQL: install Debian's postgresql")
    with postgresql.server() as server:
        yield server


@pytest.fixture(name="place", params=DATABASES)
def fixture_place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new register goes: a file, and an empty database of a server."""
    if request.param == "sqlite":
        return str(tmp_path / "site" / "register.db")
    return str(request.getfixturevalue("server").new_database())


@pytest.fixture(name="register")
def fixture_register(place: str) -> Iterator[Register]:
    register = Register.open(place, create=True)
    yield register
    register.close()


@pytest.fixture(name="foreign_sql")
def fixture_foreign_sql(place: str, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Run a statement past the register, by the databases' own programs."""

    def run(statement: str) -> str:
        if "://" in place:
            name = place.rpartition("/")[2] if "?" not in place else place.partition("?")[0].rpartition("/")[2]
            return str(request.getfixturevalue("server").sql(name, statement))
        return _sqlite(place, statement)

    return run


@pytest.fixture(name="tamper")
def fixture_tamper(place: str, foreign_sql: Callable[[str], str]) -> Callable[[str], None]:
    """Run a statement with the triggers out of the way, as somebody would who owns the database."""

    def run(statement: str) -> None:
        if "://" in place:
            foreign_sql(f"SET session_replication_role = replica; {statement}")
        else:
            _without_triggers(place, statement)

    return run


def _without_triggers(path: str, statement: str) -> None:
    """Take the triggers away and put them back as they were, in a process that knows nothing of the register."""
    program = """if True:
        import sqlite3, sys
        c = sqlite3.connect(sys.argv[1])
        triggers = c.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _sql in triggers:
            c.execute(f"DROP TRIGGER {name}")
        c.execute(sys.argv[2])
        for _name, sql in triggers:
            c.execute(sql)
        c.commit()
    """
    subprocess.run([sys.executable, "-c", program, path, statement], check=True)


def _sqlite(path: str, statement: str) -> str:
    """A process of its own, which knows nothing of the register's settings."""
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(c.execute(sys.argv[2]).fetchall()); c.commit()"
    )
    done = subprocess.run([sys.executable, "-c", program, path, statement], capture_output=True, text=True, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, "sqlite3", done.stdout, done.stderr)
    return done.stdout


@pytest.fixture(name="child")
def fixture_child(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start a program of the test in another process, with this checkout's collection."""
    collections = str(ROOT / ".ansible/collections")

    def start(program: str, *arguments: str, prefix: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        path = tmp_path / "child.py"
        path.write_text(program)
        return subprocess.Popen(
            [*prefix, sys.executable, str(path), *arguments],
            env={**os.environ, "PYTHONPATH": collections},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


class Unsafe(str):
    """Text that Ansible must not take for a template, as ``!unsafe`` in a playbook."""


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


@dataclass(frozen=True)
class Verbs:
    """Runs tasks by the real ansible-playbook, one after the other in one play, whether or not one fails."""

    folder: Path
    place: str

    def run(
        self, *tasks: dict[str, Any], arguments: Iterable[str] = (), prefix: Iterable[str] = (), **variables: Any
    ) -> list[dict[str, Any]]:
        """Return the result of every task, in their order."""
        done = self.start(*tasks, arguments=arguments, prefix=prefix, **variables)
        return self.results(done)

    @staticmethod
    def results(done: subprocess.Popen[str]) -> list[dict[str, Any]]:
        """Wait for a program that was started, and return the result of every task."""
        output, errors = done.communicate()
        assert "DEPRECATION WARNING" not in errors
        report, _end = json.JSONDecoder().raw_decode(output[output.index("{") :])
        return [task["hosts"]["localhost"] for play in report["plays"] for task in play["tasks"]]

    def start(
        self, *tasks: dict[str, Any], arguments: Iterable[str] = (), prefix: Iterable[str] = (), **variables: Any
    ) -> subprocess.Popen[str]:
        """Start the program with these tasks."""
        (handle, name) = tempfile.mkstemp(suffix=".yml", dir=self.folder)
        play = {"hosts": "localhost", "gather_facts": False, "ignore_errors": True, "vars": variables}
        with os.fdopen(handle, "w") as file:
            yaml.dump([{**play, "tasks": list(tasks)}], file, _Dumper, allow_unicode=True)
        program = Path(sys.executable).with_name("ansible-playbook")
        return subprocess.Popen(
            [*prefix, program, "--inventory", "localhost,", name, *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
                "COMMUNE_BASELINE_REGISTER": self.place,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture(name="office")
def fixture_office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "work", tmp_path / "home")
    office.folder.mkdir()
    office.home.mkdir()
    return office


@pytest.fixture(name="verbs")
def fixture_verbs(register: Register, place: str, tmp_path: Path) -> Verbs:
    """The verbs over an empty register, in both databases."""
    return Verbs(tmp_path, place)
