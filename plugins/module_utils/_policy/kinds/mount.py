# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Options of mount points: those that hold now, and those of the next boot.

Fields of a row: ``mount_point``, ``option``; the value is always true. What the next boot does is said by a mount unit
in /etc/systemd/system, else by fstab, else by a unit of a package, in this order (systemd-fstab-generator(8)). What
systemd mounts by itself (/dev/shm) gets a line in fstab, by which systemd-remount-fs changes it.

The root file system, /boot and /usr are left to a person, and so is a mount point from which a program runs that
``noexec`` would forbid.
"""

from __future__ import annotations

import dataclasses
import glob
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import fstab
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state, mount_options
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import HEADER, FileState
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.mount_options import Mount
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"mount_point": "absolute path", "option": ("nodev", "noexec", "nosuid")}
REQUIRED = frozenset({"mount_point", "option"})
COMPARISONS: t.Sequence[str] = ("==",)
DROP_IN = "/etc/systemd/system/{unit}.d/zz-commune-baseline.conf"
PROCESSES = "/proc/[0-9]*/exe"
_LEFT_ALONE = ("/", "/boot", "/usr")
# Mounted before any unit, so that a unit of theirs changes nothing (systemd: src/shared/mount-setup.c).
_BY_SYSTEMD = ("/dev", "/dev/pts", "/dev/shm", "/proc", "/run", "/sys")  # noqa: S108 - mount points, no files
_BY_SOME_SYSTEMD = "/run/lock"  # by a unit, or by Debian's systemd itself until version 12


class _NextBoot(t.NamedTuple):
    """Where the options of the next boot are said, and which; ``unit`` if not in fstab."""

    where: str
    options: list[list[str]]
    unit: str | None = None


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell whether every row's option holds, now and after the next boot."""
    try:
        mounts = mount_options.mounts()
    except OSError as error:
        sentence = f"cannot read {mount_options.MOUNTINFO}: {error.strerror}"
        return {row["id"]: Reading(unreadable=sentence) for row in rows}
    return {row["id"]: _read(row, mounts) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return reading.value is row["desired"]


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Give every mount point its options, first for the next boot, then now; all lines of fstab in one step."""
    errors = {row["id"]: _refusal(row) for row in rows}
    left = [row for row in rows if errors[row["id"]] is None]
    changes = dict.fromkeys(errors, False)
    for write in (_write_fstab, _write_units, _remount):
        for id_, outcome in write(left, writer).items():
            changes[id_] |= outcome.changes
            errors[id_] = errors[id_] or outcome.error
    return {id_: Write(changes[id_], errors[id_]) for id_ in errors}


def _read(row: Row, mounts: t.Mapping[str, Mount]) -> Reading:
    mount_point, option = row["mount_point"], row["option"]
    mount = mounts.get(mount_point)
    if mount is None:
        return Reading(inapplicable=f"{mount_point} is no mount point of its own")
    if row["desired"] is not True:
        return Reading(unreadable="an option of a mount point can be wanted, by the value true, but not be taken away")
    if option not in mount.options:
        return Reading(value=False, where=mount_options.MOUNTINFO)
    try:
        boot = _next_boot(mount_point)
    except OSError as error:
        return Reading(unreadable=f"cannot read how {mount_point} is mounted at the next boot: {error.strerror}")
    weakness = None
    if boot is None:
        weakness = f"{option} is set now, but neither fstab nor a mount unit sets it at the next boot"
    elif not all(fstab.has(options, option) for options in boot.options):
        weakness = f"{option} is set now, but {boot.where} mounts it without at the next boot"
    return Reading(value=True, where=boot.where if boot else mount_options.MOUNTINFO, weakness=weakness)


def _next_boot(mount_point: str) -> _NextBoot | None:
    name = fstab.unit_name(mount_point)
    own = fstab.fragment(name, fstab.ADMINISTRATOR_UNITS)
    state = file_state.capture(fstab.FSTAB)
    lines = fstab.entries(state.text if state else "", mount_point)
    by_systemd = mount_point in _BY_SYSTEMD
    path = None if by_systemd else own or (None if lines else fstab.fragment(name, fstab.PACKAGE_UNITS))
    if path is not None and os.path.realpath(path) == os.devnull:  # masked, it mounts nothing
        return None
    said = None if by_systemd else fstab.unit_options(name, path)
    if path is not None or (lines and said is not None):
        return _NextBoot(path or name, [said or []], unit=name)
    return _NextBoot(fstab.FSTAB, lines) if lines else None


def _refusal(row: Row) -> str | None:
    mount_point = row["mount_point"]
    if mount_point in _LEFT_ALONE or mount_point.startswith("/boot/"):
        return f"{mount_point} is left to a person, since a mistake there keeps the device from starting"
    running = _program_on(mount_point) if row["option"] == "noexec" else None
    return f"{running} runs from {mount_point}; noexec would keep it from starting again" if running else None


def _program_on(mount_point: str) -> str | None:
    """Return a program that runs from a mount point itself, None if there is none."""
    try:
        device = os.stat(mount_point).st_dev
    except OSError:
        return None
    for link in glob.glob(PROCESSES):
        try:
            program = os.readlink(link)
            if program.startswith(f"{mount_point}/") and os.stat(link).st_dev == device:
                return program
        except OSError:  # it ended, or is the kernel's
            continue
    return None


def _write_fstab(rows: t.Sequence[Row], writer: Writer) -> dict[str, Write]:
    """Set the options of what fstab mounts, and add lines for what systemd mounts by itself."""
    try:
        old = file_state.capture(fstab.FSTAB)
        text, changing = old.text if old else "", set()
        for row in rows:
            edited = _edited(text, row)
            changing |= {row["id"]} if edited != text else set()
            text = edited
        if changing:
            content = text.encode(errors="surrogateescape")
            writer.put("file", fstab.FSTAB, old=old, new=dataclasses.replace(old or FileState(b""), content=content))
        return {row["id"]: Write(changes=row["id"] in changing) for row in rows}
    except OSError as error:
        return {row["id"]: Write(error=f"cannot write {fstab.FSTAB}: {error.strerror}") for row in rows}


def _edited(text: str, row: Row) -> str:
    mount_point, option = row["mount_point"], row["option"]
    if fstab.entries(text, mount_point):
        boot = _next_boot(mount_point)
        return text if boot and boot.unit else fstab.with_option(text, mount_point, option)
    if mount_point not in (*_BY_SYSTEMD, _BY_SOME_SYSTEMD) or _next_boot(mount_point):
        return text
    mount = mount_options.mounts()[mount_point]
    size = () if mount_point in _BY_SYSTEMD else mount.file_system_options  # a remount keeps it, a mount does not
    kept = [one for one in dict.fromkeys([*mount.options, *size]) if one != option]
    return fstab.with_line(text, f"{mount.source} {mount_point} {mount.type} {','.join([*kept, option])} 0 0")


def _write_units(rows: t.Sequence[Row], writer: Writer) -> dict[str, Write]:
    """Set the options of what a unit mounts, by a drop-in that names those it has, and all that are wanted."""
    writes: dict[str, Write] = {}
    for mount_point in dict.fromkeys(row["mount_point"] for row in rows):
        of_one = [row for row in rows if row["mount_point"] == mount_point]
        try:
            boot = _next_boot(mount_point)
            changes = bool(boot and boot.unit) and _write_drop_in(t.cast("_NextBoot", boot), of_one, writer)
            writes.update({row["id"]: Write(changes=changes) for row in of_one})
        except OSError as error:
            writes.update({row["id"]: Write(error=f"cannot write a drop-in: {error.strerror}") for row in of_one})
    return writes


def _write_drop_in(boot: _NextBoot, rows: t.Sequence[Row], writer: Writer) -> bool:
    path = DROP_IN.format(unit=boot.unit)
    (options,) = boot.options
    missing = [row["option"] for row in rows if not fstab.has(options, row["option"])]
    if not missing:
        return False
    old = file_state.capture(path)
    content = f"{HEADER}\n[Mount]\nOptions={','.join([*options, *missing])}\n".encode(errors="surrogateescape")
    new = dataclasses.replace(old, content=content) if old else FileState(content)
    return writer.put("file", path, old=old, new=new)


def _remount(rows: t.Sequence[Row], writer: Writer) -> dict[str, Write]:
    """Set at run time what lacks; each mount point once."""
    writes: dict[str, Write] = {}
    for mount_point in dict.fromkeys(row["mount_point"] for row in rows):
        of_one = [row for row in rows if row["mount_point"] == mount_point]
        try:
            old = mount_options.capture(mount_point) or ""
            missing = [row["option"] for row in of_one if row["option"] not in old.split(",")]
            changes = bool(missing) and writer.put("mount_options", mount_point, old=old, new=",".join([old, *missing]))
            writes.update({row["id"]: Write(changes=changes and row["option"] in missing) for row in of_one})
        except OSError as error:
            sentence = f"cannot remount {mount_point}: {error.strerror}"
            writes.update({row["id"]: Write(error=sentence) for row in of_one})
    return writes
