# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Usage: python3 admit.py admit|release NAME   (by commune-baseline-medium@.service; NAME is the kernel's, as sdb1)

Decides about a file system on a USB device that was plugged in. If the device is registered, it is mounted where
nobody else can look, read-only, and scanned; if nothing is found and everything could be read, users get it below
/media, and no program runs from it. An unregistered device is switched off. REGISTER holds one device a line,
``VENDOR:PRODUCT SERIAL``; without that file the site has not decided, and every device may be used after its scan.

Each decision is a line of RECORDS: ``at`` (seconds since 1970), ``name``, ``device`` and ``verdict``.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import subprocess
import sys
import time
import typing as t

REGISTER = "/etc/commune-baseline/registered-media"
RECORDS = "/var/lib/commune-baseline/media.jsonl"
CLOSED = "/run/commune-baseline-media"
OPEN = "/media"
SCANNER = "/usr/local/lib/commune-baseline-antivirus"
SYSTEM = "/sys/class/block"
# Kernel file systems that a commune meets on USB drives; others could be a way into the kernel.
FILE_SYSTEMS = frozenset({"exfat", "ext2", "ext3", "ext4", "iso9660", "ntfs3", "udf", "vfat"})
RESTRICTIONS = "nosuid,nodev,noexec"
_KERNEL_NAMES = {"ntfs": "ntfs3"}
_WITHOUT_OWNERS = frozenset({"exfat", "ntfs3", "vfat"})


class RefusedError(Exception):
    """The medium is not for use; the message says why."""


class Device(t.NamedTuple):
    """A USB device: its ids in small hexadecimal digits, its serial number, and its folder in sysfs."""

    ids: str
    serial: str
    folder: str

    def __str__(self) -> str:
        return f"{self.ids} {self.serial}"


def device_of(name: str) -> Device:
    """Find the USB device above a block device; raises RefusedError."""
    folder = os.path.realpath(os.path.join(SYSTEM, name))
    while not os.path.exists(os.path.join(folder, "idVendor")):
        folder = os.path.dirname(folder)
        if folder == "/":
            raise RefusedError("it hangs on no USB device")
    ids = f"{_attribute(folder, 'idVendor')}:{_attribute(folder, 'idProduct')}"
    return Device(ids.lower(), _attribute(folder, "serial"), folder)


def _attribute(folder: str, name: str) -> str:
    """Return what a device says of itself, in one line; a stranger made it."""
    with contextlib.suppress(OSError), open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
        return "".join(sign if sign.isprintable() else "?" for sign in file.read().strip())
    return ""


def is_registered(device: Device) -> bool:
    """Tell whether the site has this device on its list; one without a serial number cannot be told from its like."""
    try:
        with open(REGISTER, encoding="utf-8") as file:
            known = {_entry(line) for line in file}
    except FileNotFoundError:
        return True
    return bool(device.serial) and _entry(str(device)) in known


def _entry(line: str) -> tuple[str, str]:
    ids, _blank, serial = line.strip().partition(" ")
    return ids.lower(), serial.strip()


def switch_off(device: Device) -> None:
    """Let the kernel take its drivers from the device, until it is plugged in anew."""
    with open(os.path.join(device.folder, "authorized"), "w", encoding="ascii") as file:
        file.write("0")


def admit(name: str) -> str:
    """Scan a medium and give it to the users; return where it is. Raises RefusedError or OSError."""
    kind = _file_system(name)
    closed = os.path.join(CLOSED, name)
    os.makedirs(CLOSED, mode=0o700, exist_ok=True)
    os.makedirs(closed, mode=0o700, exist_ok=True)
    _mount(name, kind, closed, f"ro,{RESTRICTIONS}")
    try:
        _refuse_infected(closed)
    finally:
        _run("umount", "--lazy", closed)
    place = os.path.join(OPEN, f"usb-{name}")
    os.makedirs(place, mode=0o755, exist_ok=True)
    _mount(name, kind, place, f"{RESTRICTIONS}{_for_the_user(kind)}")
    return place


def release(name: str) -> None:
    """Take away what is left of a medium that was pulled out."""
    place = os.path.join(OPEN, f"usb-{name}")
    _run("umount", "--lazy", place)
    with contextlib.suppress(OSError):
        os.rmdir(place)


def _file_system(name: str) -> str:
    code, said = _run("blkid", "--probe", "--match-tag", "TYPE", "--output", "value", f"/dev/{name}")
    kind = _KERNEL_NAMES.get(said.strip(), said.strip())
    if code != 0 or kind not in FILE_SYSTEMS:
        raise RefusedError(f"its file system is {kind or 'unknown'}, not one of {', '.join(sorted(FILE_SYSTEMS))}")
    return kind


def _mount(name: str, kind: str, place: str, options: str) -> None:
    code, said = _run("mount", "--types", kind, "--options", options, f"/dev/{name}", place)
    if code != 0:
        raise RefusedError(f"it cannot be mounted: {said.strip()}")


def _refuse_infected(folder: str) -> None:
    sys.path.insert(0, SCANNER)
    try:
        import scan  # type: ignore[import-not-found] # of the role antivirus, on the device
    except ImportError:
        raise RefusedError("there is no scanner on this machine; the role antivirus brings it") from None
    result = scan.scanned([folder], ())
    if result["detections"]:
        found = [f"{os.path.relpath(path, folder)!r}: {name}" for path, name in result["detections"]]
        raise RefusedError(f"infected: {'; '.join(found[:5])}")
    if result["unread"]:
        raise RefusedError(f"{result['unread']} of its files could not be scanned")


def _for_the_user(kind: str) -> str:
    """Return the options by which a file system without owners belongs to whoever sits at the screen, else to root."""
    if kind not in _WITHOUT_OWNERS:
        return ""
    session = _run("loginctl", "show-seat", "--property=ActiveSession", "--value", "seat0")[1].strip()
    user = _run("loginctl", "show-session", "--property=User", "--value", session)[1].strip() if session else ""
    if not user.isdigit():
        return ",umask=0077"
    return f",umask=0077,uid={user},gid={pwd.getpwuid(int(user)).pw_gid}"


def is_mounted(name: str) -> bool:
    """Tell whether the system itself uses the device, as one that was started from a USB disk does."""
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as file:
        return any(line.split()[0] == f"/dev/{name}" for line in file)


def _run(*words: str) -> tuple[int, str]:
    done = subprocess.run(  # noqa: S603 - a list of words, no shell
        words, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}, capture_output=True, check=False
    )
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def record(name: str, device: str, verdict: str) -> None:
    print(f"{'<6>' if verdict.startswith('admitted') else '<1>'}medium {name} ({device}): {verdict}", flush=True)
    os.makedirs(os.path.dirname(RECORDS), mode=0o700, exist_ok=True)
    with open(os.open(RECORDS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="ascii") as file:
        file.write(json.dumps({"at": time.time(), "name": name, "device": device, "verdict": verdict}) + "\n")
        file.flush()
        os.fsync(file.fileno())


def decide(name: str) -> int:
    """Admit a medium or refuse it, and record which; return the exit code."""
    if is_mounted(name):
        return 0
    told = "unknown"
    try:
        device = device_of(name)
        told = str(device)
        if not is_registered(device):
            switch_off(device)
            raise RefusedError("not registered, switched off")
        verdict = f"admitted at {admit(name)}"
    except RefusedError as error:
        record(name, told, f"refused: {error}")
        return 1
    except (OSError, SystemExit) as error:
        record(name, told, f"refused: {error}")
        return 1
    record(name, told, verdict)
    return 0


if __name__ == "__main__":
    sys.exit(decide(sys.argv[2]) if sys.argv[1] == "admit" else release(sys.argv[2]))
