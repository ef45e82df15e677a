# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lab: some hosts, the network between them and the files that Ansible, ssh and testinfra need to reach them.

A guest is as separate from the machine as the tests of this project need, not as a hostile one would need: its root
could mount a second /proc and change the machine's kernel settings through it.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import typing as t
from pathlib import Path

from tests.lab import cgroup, commands, image, media, mirror, mounts, network, ssh, waiting
from tests.lab.errors import LabError, UsageError
from tests.lab.host import Host, remove_tree
from tests.lab.readiness import ReadySocket
from tests.lab.signals import stoppable, unstoppable

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

STATE = Path(__file__).resolve().parents[2] / "build" / "lab"

# Sockets live here because the path of one must be shorter than most checkouts' paths are.
_RUNTIME = Path("/run/commune-baseline-lab")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,18}[a-z0-9]|[a-z]")


class Lab:
    """One lab by its name. Names belong to the machine, not to the checkout: two labs of one name cannot exist."""

    def __init__(self, name: str, suites: dict[str, str]) -> None:
        """Describe a lab of hosts by name, each with its Debian release; nothing is started."""
        check_name(name, "lab")
        for host, suite in suites.items():
            check_name(host, "host")
            image.check_suite(suite)
        if len(suites) > network.MOST_HOSTS:
            raise UsageError(f"{len(suites)} hosts are too many: a lab has at most {network.MOST_HOSTS}")
        self.name = name
        self.suites = suites
        self.folder = STATE / name
        self.inventory = self.folder / "inventory.yml"
        self.ssh_config = self.folder / "ssh_config"
        self.known_hosts = self.folder / "known_hosts"
        self.private_key = self.folder / "id_ed25519"
        self.namespace = network.lab_namespace(name)
        self.hosts = {
            host: Host(lab=name, name=host, suite=suite, number=number, folder=self.folder / "hosts" / host)
            for number, (host, suite) in enumerate(suites.items(), start=1)
        }
        self._sockets = _RUNTIME / name

    @classmethod
    def existing(cls, name: str) -> t.Self:
        """Return the lab of a name that was brought up before."""
        check_name(name, "lab")
        description = STATE / name / "lab.json"
        if not description.exists():
            raise UsageError(f"there is no lab '{name}': {_known(existing_labs(), 'labs')}")
        return cls(name, json.loads(description.read_text(encoding="utf-8")))

    def __enter__(self) -> t.Self:
        """Bring the lab up."""
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the lab down."""
        self.down()

    def host(self, name: str) -> Host:
        """Return one host by its name."""
        if name not in self.hosts:
            raise UsageError(f"lab '{self.name}' has no host '{name}': {_known(self.hosts, 'hosts')}")
        return self.hosts[name]

    def up(self) -> None:
        """Bring fresh hosts up, replacing a lab of this name; on any failure nothing is left behind."""
        commands.require()
        with self._alone(), stoppable():
            self._images(self.hosts.values())
            try:
                self._remove()
                self._create()
            except BaseException:
                with unstoppable():
                    self._remove()
                raise

    def down(self) -> None:
        """Remove everything of the lab, as far as it exists, whatever happened to the process that started it."""
        commands.require()
        with self._alone(), unstoppable():
            self._remove()

    def reset(self, names: Iterable[str] = ()) -> None:
        """Give some hosts, or all, a fresh image again, with the same host keys and addresses."""
        commands.require()
        hosts = [self.host(name) for name in names] or list(self.hosts.values())
        with self._alone(), stoppable():
            for host in hosts:
                host.erase()
                ssh.close_shared_connections(self._sockets, address=host.address)
            try:
                self._boot(hosts)
            except BaseException:
                with unstoppable():
                    for host in hosts:
                        host.erase()
                raise

    def _create(self) -> None:
        for host in self.hosts.values():
            host.keys.mkdir(parents=True)
        # Below are private keys, and what guests write, set-user-ID programs among it.
        self.folder.chmod(0o700)
        self._sockets.mkdir(parents=True)
        ssh.generate_client_key(self.private_key)
        ssh.generate_host_keys(host.keys for host in self.hosts.values())
        self._write_files()
        network.create_lab(self.name)
        # A name that no host can have.
        mirror.start(lab=self.name, group=cgroup.top() / self.name / ".mirror")
        self._boot(list(self.hosts.values()))

    def _boot(self, hosts: list[Host]) -> None:
        images = self._images(hosts)
        client_key = self.private_key.with_suffix(".pub").read_text(encoding="utf-8")
        with contextlib.ExitStack() as sockets:
            readiness = []
            for host in hosts:
                ready = sockets.enter_context(ReadySocket(self._sockets / f"ready{host.number}"))
                host.boot(image=images[host.suite], client_key=client_key, ready=ready)
                readiness.append((host, ready))
            for host, ready in readiness:
                host.wait_until_booted(ready)
                host.wait_for_login()

    @staticmethod
    def _images(hosts: Iterable[Host]) -> dict[str, Path]:
        return {suite: image.ensure(suite) for suite in sorted({host.suite for host in hosts})}

    def _write_files(self) -> None:
        hosts = self.hosts.values()
        addresses = {host.name: host.address for host in hosts}
        texts = {
            self.folder / "lab.json": json.dumps(self.suites),
            self.inventory: self._inventory(),
            self.ssh_config: ssh.configuration(
                lab=self.name, folder=self.folder, sockets=self._sockets, addresses=addresses
            ),
            self.known_hosts: "".join(
                ssh.known_hosts(host=host.name, address=host.address, keys=host.keys) for host in hosts
            ),
        }
        for file, text in texts.items():
            file.write_text(text, encoding="utf-8")

    @property
    def variables(self) -> dict[str, str | int]:
        """The variables by which Ansible reaches every host, whatever its inventory."""
        return {
            "ansible_user": ssh.USER,
            "ansible_port": 22,
            "ansible_ssh_private_key_file": str(self.private_key),
            "ansible_python_interpreter": "/usr/bin/python3",
            "ansible_ssh_common_args": f'-F "{self.ssh_config}"',
            # Ansible's own names for shared connections are the same for the same address in two labs.
            "ansible_control_path": f"{self._sockets}/%%h-%%p-%%r",
        }

    def _inventory(self) -> str:
        """Return the inventory as YAML; JSON's strings are YAML's too."""
        lines = ["---", "all:", "  vars:"]
        lines += [f"    {name}: {json.dumps(value)}" for name, value in self.variables.items()]
        lines.append("  hosts:")
        for host in self.hosts.values():
            lines += [f"    {host.name}:", f"      ansible_host: {host.address}", f"      lab_suite: {host.suite}"]
        return "\n".join(lines) + "\n"

    def _remove(self) -> None:
        for name in _host_names(self.name):
            Host(lab=self.name, name=name, suite="", number=0, folder=self.folder / "hosts" / name).stop()
        ssh.close_shared_connections(self._sockets)
        network.remove_lab(self.name)
        mounts.unmount_below(self.folder)
        media.detach_below(self.folder)
        for folder in (self.folder, self._sockets):
            remove_tree(folder)
        cgroup.remove(cgroup.top() / self.name)
        cgroup.remove_top_if_empty()
        with contextlib.suppress(OSError):
            _RUNTIME.rmdir()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep a second command away from this lab; an abstract socket vanishes with its process, even a killed one."""
        lock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)

        def acquired() -> bool:
            try:
                lock.bind(f"\0{_RUNTIME.name}/{self.name}")
            except OSError:
                return False
            return True

        with lock:
            if not waiting.holds(acquired, within=60):
                raise LabError(f"another command is working on lab '{self.name}': wait for it or end it")
            yield


def existing_labs() -> list[str]:
    """Return the names of all labs of which anything exists."""
    folders = {entry.name for entry in STATE.iterdir() if entry.is_dir()} if STATE.is_dir() else set()
    groups = {entry.name for entry in cgroup.top().iterdir() if entry.is_dir()} if cgroup.top().is_dir() else set()
    return sorted(name for name in folders | groups | network.labs() if _NAME.fullmatch(name))


def check_name(name: str, kind: str) -> None:
    """Refuse a name that could not be a host name, a file name and a part of a namespace's name at once."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' cannot be the name of a {kind}: use 1 to 20 small letters, digits and hyphens,"
            " a letter first and no hyphen last"
        )


def _known(names: Iterable[str], what: str) -> str:
    return f"its {what} are {', '.join(names)}" if names else f"there are no {what}"


def _host_names(lab: str) -> set[str]:
    """Return every host of which processes or files exist."""
    places = (cgroup.top() / lab, STATE / lab / "hosts")
    return {entry.name for place in places if place.is_dir() for entry in place.iterdir() if entry.is_dir()}
