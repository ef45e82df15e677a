# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of one host: an overlay on the image, a network namespace, a control group and a systemd-nspawn in it."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import time
import uuid
from pathlib import Path

from tests.lab import cgroup, media, mirror, mounts, network, signatures, waiting
from tests.lab.commands import environment, run
from tests.lab.errors import LabError
from tests.lab.readiness import ReadySocket
from tests.lab.ssh import USER

_KEEP_RUNNING = Path(__file__).parent / "keep_running.sh"
_NSPAWN_STATE = Path("/run/systemd/nspawn")


class Host:
    """One host of a lab. Its files are below its folder; everything else about it follows from its names."""

    def __init__(self, *, lab: str, name: str, suite: str, number: int, folder: Path) -> None:
        """Describe a host; nothing is started."""
        self.lab = lab
        self.name = name
        self.suite = suite
        self.number = number
        self.folder = folder
        self.address = network.address(number)
        self.root = folder / "root"
        self.keys = folder / "keys"
        self.console = folder / "console.log"
        self.media = folder / "media"
        self._namespace = network.host_namespace(lab=lab, host=name)
        self._group = cgroup.top() / lab / name

    @property
    def is_running(self) -> bool:
        """Whether any process of the host lives."""
        return cgroup.is_populated(self._group)

    @property
    def cpu_seconds(self) -> float:
        """The processor time that the host has taken since it was started, in seconds."""
        return cgroup.cpu_seconds(self._group)

    def boot(self, *, image: Path, client_key: str, ready: ReadySocket) -> None:
        """Start the host on a fresh overlay; its host keys must be in its folder already."""
        for part in ("upper", "work", "root"):
            (self.folder / part).mkdir()
        mounts.mount_overlay(lower=image, upper=self.folder / "upper", work=self.folder / "work", target=self.root)
        self._personalise(client_key)
        network.create_host(lab=self.lab, host=self.name, number=self.number)
        self._group.mkdir(parents=True)
        self._start(ready)

    def wait_until_booted(self, ready: ReadySocket, *, within: float = 90) -> None:
        """Wait until the guest's systemd has reached its default target."""
        deadline = time.monotonic() + within
        while not ready.wait(until=min(time.monotonic() + 0.5, deadline)):
            if not self.is_running:
                raise LabError(self._with_console("stopped while it was starting"))
            if time.monotonic() >= deadline:
                raise LabError(self._with_console(f"did not finish booting within {within:.0f} s"))

    def ssh(self, command: str, *, check: bool = True, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a shell command as ops."""
        try:
            done = subprocess.run(
                [*self.ssh_command(), command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=timeout,
                env=environment(),
            )
        except subprocess.TimeoutExpired as failure:
            raise LabError(self._with_console(f"did not finish {command!r} within {timeout:.0f} s")) from failure
        if check and done.returncode != 0:
            raise LabError(f"{command!r} on {self.name} failed with code {done.returncode}: {done.stderr.strip()}")
        return done

    def ssh_command(self) -> list[str]:
        """Return the ssh command to this host, over a connection of its own so that a lock-out cannot hide."""
        return ["ssh", "-F", str(self.folder.parent.parent / "ssh_config"), "-o", "ControlPath=none", self.name]

    def reboot(self, *, within: float = 60) -> None:
        """Reboot the guest from inside and wait until it takes logins again."""
        before = self.boot_id()
        # The connection may break before the command ends.
        self.ssh("sudo systemctl reboot", check=False)
        self.wait_for_login(other_than=before, within=within)

    def boot_id(self) -> str:
        """Return what names the guest's current boot."""
        return self.ssh("cat /proc/sys/kernel/random/boot_id").stdout.strip()

    def wait_for_login(self, *, other_than: str = "", within: float = 60) -> None:
        """Wait until ops can log in, to another boot than the given one if one is given."""

        def answers() -> bool:
            answer = self.ssh("cat /proc/sys/kernel/random/boot_id", check=False)
            return answer.returncode == 0 and answer.stdout.strip() != other_than

        if not waiting.holds(answers, within=within):
            raise LabError(self._with_console(f"did not take an ssh login within {within:.0f} s"))

    def attach(self, file: Path) -> str:
        """Give the running host a copy of a file as a block device until its next boot; return the device's path."""
        init = (self._group / "payload/init.scope/cgroup.procs").read_text(encoding="ascii").split()[0]
        return media.attach(self.media, file, guest=int(init))

    def stop(self) -> None:
        """End the host's processes at once, without shutting down."""
        # The loop first, or it might start the guest again.
        cgroup.kill_direct_members(self._group)
        # A systemd-nspawn that sees its guest die removes what it keeps under /run.
        cgroup.kill(self._group / "payload")
        waiting.holds(lambda: not self.is_running, within=3)
        cgroup.remove(self._group)
        self._forget_in_nspawn()

    def erase(self) -> None:
        """Stop the host and remove its namespace and its files; only its host keys and its console log stay."""
        self.stop()
        network.remove_host(lab=self.lab, host=self.name, number=self.number)
        mounts.unmount_below(self.folder)
        media.detach_below(self.media)
        for part in ("upper", "work", "root", "media"):
            remove_tree(self.folder / part)

    def _personalise(self, client_key: str) -> None:
        files = {
            "etc/hostname": f"{self.name}\n",
            "etc/hosts": f"127.0.0.1 localhost\n127.0.1.1 {self.name}\n::1 localhost ip6-localhost\n",
            "etc/machine-id": f"{uuid.uuid4().hex}\n",
            "etc/apt/sources.list": mirror.sources(self.suite),
        }
        for path, text in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text, encoding="utf-8")
        (self.root / "var/lib/clamav").mkdir(parents=True, exist_ok=True)
        (self.root / "var/lib/clamav/daily.cud").write_bytes(signatures.database())
        for key in self.keys.iterdir():
            shutil.copy(key, self.root / "etc/ssh")
        home = self.root / "home" / USER
        folder = home / ".ssh"
        folder.mkdir(mode=0o700)
        (folder / "authorized_keys").write_text(client_key, encoding="utf-8")
        (folder / "authorized_keys").chmod(0o600)
        owner = home.stat()
        for owned in (folder, folder / "authorized_keys"):
            os.chown(owned, owner.st_uid, owner.st_gid)

    def _forget_in_nspawn(self) -> None:
        """Remove what a killed systemd-nspawn leaves under /run."""
        for kept in _NSPAWN_STATE.glob(f"*/{self._namespace}"):
            mounts.unmount_below(kept)
            shutil.rmtree(kept)
        if self.root.exists():
            root = self.root.stat()
            (_NSPAWN_STATE / "locks" / f"inode-{root.st_dev}:{root.st_ino}").unlink(missing_ok=True)

    def _start(self, ready: ReadySocket) -> None:
        with self.console.open("ab") as console:
            subprocess.run(
                ["setsid", "--fork", _KEEP_RUNNING, self._group, *self._nspawn()],
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                check=True,
                timeout=10,
                env=environment(
                    NOTIFY_SOCKET=str(ready.path),
                    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1",
                    # /tmp is the guest's own decision: a folder on Debian 12, a tmpfs on Debian 13.
                    SYSTEMD_NSPAWN_TMPFS_TMP="0",
                    # /proc/sys/net writable, everything else below /proc/sys not.
                    SYSTEMD_NSPAWN_API_VFS_WRITABLE="network",
                ),
            )
        if not waiting.holds(lambda: self.is_running, within=5, every=0.002):
            raise LabError(self._with_console("did not start"))

    def _nspawn(self) -> list[str]:
        return [
            "systemd-nspawn",
            "--quiet",
            "--boot",
            f"--directory={self.root}",
            f"--machine={self._namespace}",
            f"--hostname={self.name}",
            # The machine's PID 1 need not be systemd: neither register with it nor ask it for a scope.
            "--register=no",
            "--keep-unit",
            "--notify-ready=yes",
            f"--network-namespace-path={network.namespace_path(self._namespace)}",
            "--capability=CAP_NET_ADMIN",
            # Without device nodes of its own making a guest cannot reach the machine's disks.
            "--drop-capability=CAP_MKNOD",
            # A scanner that works on access asks the kernel to be asked.
            "--system-call-filter=fanotify_init fanotify_mark",
            "--link-journal=no",
            "--resolv-conf=off",
            "--timezone=off",
            "--console=pipe",
        ]

    def _with_console(self, happening: str) -> str:
        tail = ""
        with contextlib.suppress(FileNotFoundError):
            tail = "\n".join(self.console.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        return f"host {self.name} of lab {self.lab} {happening}; the end of {self.console}:\n{tail}"


def remove_tree(folder: Path) -> None:
    """Remove a folder in which a guest made files immutable, or a program that was cut off still writes."""

    def gone() -> bool:
        try:
            _remove_tree(folder)
        except OSError as error:
            if error.errno != errno.ENOTEMPTY:
                raise
        return not folder.exists()

    if not waiting.holds(gone, within=5):
        raise LabError(f"{folder} cannot be removed: something keeps writing into it")


def _remove_tree(folder: Path) -> None:
    if not folder.exists():
        return
    try:
        shutil.rmtree(folder)
    except PermissionError:
        # It complains about every device and link; whether it did its work shows in the next line.
        with contextlib.suppress(LabError):
            run(["chattr", "-R", "-f", "-i", "-a", folder])
        shutil.rmtree(folder)
