# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A virtual machine with a kernel that knows disks of all sorts, and that can break them as real ones break.

It has the files of this machine as its root, read-only, and no disk of this machine: whatever is wiped in it is a file
that a test made. Without hardware support it starts in a few seconds all the same.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.lab.image import cache

ROOT = Path(__file__).parents[3]
_FILES = Path(__file__).parent / "guest_files"
_FIRST_MODULES = ("virtio_pci", "virtio_console", "9pnet_virtio", "9p", "virtio_scsi", "virtio_net")
_LATER_MODULES = (
    "sd_mod",
    "sg",
    "loop",
    "dm_mod",
    "dm_flakey",
    "dm_crypt",
    "raid1",
    "ext4",
    "nvme_tcp",
    "iscsi_tcp",
)
_USB_MODULES = ("xhci_pci", "usb_storage", "usbhid")
_LONGEST_START = 120
PROGRAMS = ("qemu-system-x86_64", "busybox", "depmod", "dpkg-deb", "apt-get")


def missing() -> str | None:
    """Return what this machine lacks for a guest, None if nothing."""
    lacking = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"needs {', '.join(lacking)}" if lacking else None


def kernel() -> Path:
    """Return a folder with Debian's kernel and its modules, which is fetched once; raises CalledProcessError."""
    told = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], check=True, capture_output=True, text=True)
    package = re.findall(r"Depends: (linux-image-\S+)", told.stdout)[0]
    folder = cache() / package
    if not folder.is_dir():
        beside = Path(f"{folder}.new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        subprocess.run(["apt-get", "download", "--quiet", package], cwd=beside, check=True)
        (deb,) = beside.glob("*.deb")
        subprocess.run(["dpkg-deb", "--extract", deb, beside], check=True)
        deb.unlink()
        subprocess.run(["depmod", "--basedir", beside, package.removeprefix("linux-image-")], check=True)
        beside.rename(folder)
    return folder


class Guest:
    """A running guest. ``attach`` and ``detach`` plug disks in and out while it runs."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self._process = process
        self.plugged: list[str] = []
        self._agent = _connected(folder / "agent", process)
        self._monitor = _connected(folder / "monitor", process)
        self._monitor.readline()
        self.monitor("qmp_capabilities")

    def program(self, *words: str, text: str = "", accept: Sequence[int] = (0,)) -> str:
        """Run a program in the guest and return what it prints."""
        done = self._ask({"program": list(words), "text": text})
        assert done["code"] in accept, f"{words}: {done['code']} {done['errors']} {done['output']}"
        return str(done["output"])

    def shell(self, script: str) -> str:
        return self.program("sh", "-ec", script)

    def module(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Run one of the modules in the guest, as Ansible would, and return its result."""
        said = self._ask({"module": name, "arguments": arguments})["output"]
        result: dict[str, Any] = json.loads(said)
        assert "crashed" not in result, result
        return result

    def start_module(self, name: str, **arguments: Any) -> None:
        """Run a module and do not wait; ``finished_module`` does."""
        self._send({"module": name, "arguments": arguments})

    def finished_module(self) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(self._answer()["output"])
        return result

    def attach(self, name: str, file: Path, *, bytes_per_second: int = 0, **properties: Any) -> None:
        """Plug in a SCSI disk over a raw file, as slow as one wants it."""
        node = {"driver": "raw", "file": {"driver": "file", "filename": str(file)}}
        if bytes_per_second:
            limits = {"bps-total": bytes_per_second}
            self.monitor("object-add", **{"qom-type": "throttle-group", "id": f"limit-{name}", "limits": limits})
            node = {"driver": "throttle", "throttle-group": f"limit-{name}", "file": node}
        self.monitor("blockdev-add", **node, **{"node-name": f"node-{name}"})
        shown = {"vendor": "SEAGATE", "product": "ST1000", **properties}
        self.monitor("device_add", driver="scsi-hd", id=name, bus="scsi.0", drive=f"node-{name}", **shown)
        self.plugged.append(name)

    def detach(self, name: str) -> None:
        """Pull a disk out."""
        self.plugged.remove(name)
        self.monitor("device_del", id=name)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(RuntimeError):
                self.monitor("blockdev-del", **{"node-name": f"node-{name}"})
                return
            time.sleep(0.1)
        raise TimeoutError(f"the guest does not let go of {name}")

    def monitor(self, command: str, **arguments: Any) -> Any:
        """Let QEMU do something; raises RuntimeError if it does not."""
        self._monitor.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        self._monitor.flush()
        while True:
            answer = json.loads(self._monitor.readline())
            if "error" in answer:
                raise RuntimeError(answer["error"]["desc"])
            if "return" in answer:
                return answer["return"]

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self._send(request)
        return self._answer()

    def _send(self, request: dict[str, Any]) -> None:
        self._agent.write(json.dumps(request).encode() + b"\n")
        self._agent.flush()

    def _answer(self) -> dict[str, Any]:
        line = self._agent.readline()
        assert line, "the guest ended"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.contextmanager
def running(folder: Path, *, usb: bool = False) -> Iterator[Guest]:
    """Start a guest, whose files lie in the folder, with ports for USB if wanted; it ends with the block."""
    home = kernel()
    initrd = _initrd(home, folder)
    (image,) = (home / "boot").glob("vmlinuz-*")
    settings = {
        "python": os.path.realpath(sys.executable),
        "agent": _FILES / "agent.py",
        "modules": home,
        "load": ",".join((*_LATER_MODULES, *(_USB_MODULES if usb else ()))),
        "collections": ":".join([str(ROOT / ".ansible/collections"), *(one for one in sys.path if "packages" in one)]),
    }
    words = " ".join(f"{name}={value}" for name, value in settings.items())
    command = [
        *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "768"),
        *("-nodefaults", "-nographic", "-no-reboot", "-serial", f"file:{folder / 'console'}"),
        *("-kernel", image, "-initrd", initrd),
        *(
            "-append",
            f"console=ttyS0 quiet panic=-1 tsc=reliable no_timer_check mitigations=off scsi_mod.scan=sync {words}",
        ),
        *("-virtfs", "local,path=/,mount_tag=machine,security_model=none,readonly=on,multidevs=remap"),
        *("-device", "virtio-serial-pci", "-chardev", f"socket,path={folder / 'agent'},server=on,wait=off,id=agent"),
        *("-device", "virtserialport,chardev=agent,name=agent"),
        *("-device", "virtio-scsi-pci,id=scsi", "-qmp", f"unix:{folder / 'monitor'},server=on,wait=off"),
        *(("-device", "qemu-xhci,id=usb") if usb else ()),
        *("-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile="),
    ]
    process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL)
    try:
        yield Guest(process, folder)
    finally:
        process.kill()
        process.wait()


def _initrd(home: Path, folder: Path) -> Path:
    """Make the first root of the guest: busybox, and the modules without which it has no other."""
    root = folder / "initrd.root"
    for name in ("bin", "proc", "root", "m"):
        (root / name).mkdir(parents=True)
    shutil.copy(shutil.which("busybox") or "", root / "bin/busybox")
    shutil.copy(_FILES / "init.sh", root / "init")
    (root / "init").chmod(0o755)
    (modules,) = (home / "lib/modules").iterdir()
    names = _in_order((modules / "modules.dep").read_text())
    for name in names:
        shutil.copy(modules / name, root / "m")
    (root / "modules").write_text("".join(f"/m/{Path(name).name}\n" for name in names))
    paths = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*"))) + "\n"
    packed = subprocess.run(
        ["busybox", "cpio", "-o", "-H", "newc"], cwd=root, input=paths.encode(), capture_output=True, check=True
    )
    initrd = folder / "initrd"
    initrd.write_bytes(packed.stdout)
    return initrd


def _in_order(dependencies: str) -> list[str]:
    """Return the files of the first modules, each after those that it needs."""
    needs = {path: needed.split() for path, _colon, needed in (one.partition(":") for one in dependencies.splitlines())}
    by_name = {Path(path).stem: path for path in needs}
    names: list[str] = []
    for module in _FIRST_MODULES:
        path = by_name.get(module) or by_name.get(module.replace("_", "-"))
        if path is not None:
            names += [one for one in (*reversed(needs[path]), path) if one not in names]
    return names


def _connected(path: Path, process: subprocess.Popen[bytes]) -> Any:
    deadline = time.monotonic() + _LONGEST_START
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(str(path))
            return connection.makefile("rwb")
        time.sleep(0.05)
    raise TimeoutError(f"the guest does not start: {process.returncode}")
