# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kernel parameters: the value that holds now, and the one that the next boot sets.

Field of a row: ``key``, such as ``net.ipv4.ip_forward`` (``net.ipv4.conf.eth0/1.rp_filter`` for the interface eth0.1).
The value is the one of /proc/sys; it does not count if the next boot sets another, or leaves it to chance. Of a list
(``in``), the first is written.

A row on ``net.ipv4.conf.all`` or ``net.ipv6.conf.all`` means every interface there is: mostly the kernel takes the
greater of the two values, or the interface's alone (ip-sysctl), so that ``all`` by itself decides nothing.
Those to come start with what ``default`` holds, which is a row of its own.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy import sysctl_files
from ansible_collections.commune.baseline.plugins.module_utils._policy.sysctl_files import Settings
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state, kernel_parameter
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import HEADER, FileState
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"key": "word"}
REQUIRED = frozenset({"key"})
COMPARISONS: t.Sequence[str] = ("==", "<=", ">=", "in")
FILE = "/etc/sysctl.d/zz-commune-baseline.conf"
# On only where both ``all`` and the interface are on (ip-sysctl), so that ``all`` alone switches it off.
_NEEDS_BOTH = frozenset({"accept_source_route", "bootp_relay", "mc_forwarding"})
# Once on, off only after a reboot (kernel.rst), so that a run that sets it could not be taken back.
_ONE_WAY = frozenset({"kernel/kexec_load_disabled", "kernel/modules_disabled", "kernel/unprivileged_bpf_disabled"})


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell what every key holds, and whether the next boot sets it so."""
    if not os.path.isdir(kernel_parameter.FOLDER):
        return {row["id"]: Reading(unreadable=f"there is no {kernel_parameter.FOLDER}") for row in rows}
    try:
        settings = sysctl_files.read()
    except OSError as error:
        return {row["id"]: Reading(unreadable=str(error.strerror)) for row in rows}
    return {row["id"]: _read(row, settings) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return _compare.meets(row, reading.value)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Set what holds now, key by key, and then what the next boot sets, all in one file.

    Forwarding comes first, since it resets other keys. What the kernel refuses is not written for the next boot either.
    """
    writes: dict[str, Write] = {}
    lines: dict[str, dict[str, str]] = {}
    settings = sysctl_files.read() if rows else Settings()
    for row in sorted(rows, key=lambda row: not kernel_parameter.is_forwarding(row["key"])):
        value = str(_wanted(row, readings[row["id"]]))
        try:
            writes[row["id"]] = Write(changes=_set_now(row, value, writer))
            lines[row["id"]] = _lines(row, value, settings)
        except OSError as error:
            writes[row["id"]] = Write(error=f"cannot set {row['key']}: {error.strerror}")
    for id_, write in _write_file(lines, writer).items():
        writes[id_] = Write(changes=writes[id_].changes or write.changes, error=write.error)
    return writes


def _read(row: Row, settings: Settings) -> Reading:
    path = kernel_parameter.path_of(row["key"])
    try:
        value = _normalised(kernel_parameter.read(path))
    except (FileNotFoundError, NotADirectoryError):
        return Reading(inapplicable=f"this kernel has no {row['key']}")
    except OSError as error:
        return Reading(unreadable=f"cannot read {row['key']}: {error.strerror}")
    weakness = None
    if _compare.meets(row, value):
        weakness = _weakness_at_boot(row, value, settings) or _weakness_of_interfaces(row, settings)
    elif path in _ONE_WAY and _is_met_at_boot(row, path, settings):
        weakness = f"it is {value} until the next boot: set now, it could not be taken back"
    return Reading(value=value, where=os.path.join(kernel_parameter.FOLDER, path), weakness=weakness)


def _weakness_at_boot(row: Row, value: str, settings: Settings) -> str | None:
    setting = settings.of(kernel_parameter.path_of(row["key"]))
    if setting is None:
        return f"it is {value} now, but no file sets it at the next boot"
    if not _compare.meets(row, _normalised(setting.value or "")):
        return f"it is {value} now, but {setting.where} sets {setting.value} at the next boot"
    return None


def _is_met_at_boot(row: Row, path: str, settings: Settings) -> bool:
    setting = settings.of(path)
    return setting is not None and _compare.meets(row, _normalised(setting.value or ""))


def _weakness_of_interfaces(row: Row, settings: Settings) -> str | None:
    for path in _interfaces(row):
        interface = path.split("/")[3]
        try:
            value = _normalised(kernel_parameter.read(path))
        except OSError:  # it went away just now
            continue
        if not _compare.meets(row, value):
            return f"it is {value} on the interface {interface}"
        setting = settings.of(path)
        if setting is not None and not _is_met_at_boot(row, path, settings):
            return f"{setting.where} sets {setting.value} for the interface {interface} at the next boot"
    return None


def _interfaces(row: Row) -> list[str]:
    """Return the paths of the same parameter of every interface, if the row is about all of them."""
    parts = kernel_parameter.path_of(row["key"]).split("/")
    if len(parts) != 5 or parts[0] != "net" or parts[2:4] != ["conf", "all"] or parts[4] in _NEEDS_BOTH:
        return []
    folder = os.path.join(kernel_parameter.FOLDER, *parts[:3])
    names = sorted(set(os.listdir(folder)) - {"all", "default"})
    paths = ["/".join([*parts[:3], name, parts[4]]) for name in names]
    return [path for path in paths if os.path.exists(os.path.join(kernel_parameter.FOLDER, path))]


def _paths(row: Row) -> list[str]:
    return [kernel_parameter.path_of(row["key"]), *_interfaces(row)]


def _wanted(row: Row, reading: Reading) -> t.Any:
    """Return the value to set; one that is strict enough already stays."""
    if _compare.meets(row, reading.value):
        return reading.value
    return row["desired"][0] if row.get("compare") == "in" else row["desired"]


def _set_now(row: Row, value: str, writer: Writer) -> bool:
    """Set the key, and the interfaces that it means, where they do not meet the row; tell whether that changes any."""
    changes = False
    for path in _paths(row):
        if path in _ONE_WAY or _compare.meets(row, _normalised(kernel_parameter.read(path))):
            continue
        if not os.access(os.path.join(kernel_parameter.FOLDER, path), os.W_OK):
            raise OSError(0, "this system does not let its kernel parameters be changed (read-only)", path)
        key = kernel_parameter.key_of(path)
        changes |= writer.put("kernel_parameter", key, old=kernel_parameter.capture(key), new={path: value})
    return changes


def _lines(row: Row, value: str, settings: Settings) -> dict[str, str]:
    """Return what our file must set: the key of the row, and interfaces that another file sets otherwise."""
    own, *interfaces = _paths(row)
    paths = [own, *(path for path in interfaces if settings.of(path) is not None)]
    return {path: value for path in paths if not _is_met_at_boot(row, path, settings)}


def _write_file(lines: t.Mapping[str, t.Mapping[str, str]], writer: Writer) -> dict[str, Write]:
    """Put the lines of all rows into our file in one step; tell whose lines were not there yet."""
    try:
        old = file_state.capture(FILE)
        changing = {id_ for id_, of_row in lines.items() if _edited(old, of_row) != old}
        new = _edited(old, {path: value for of_row in lines.values() for path, value in of_row.items()})
        writer.put("file", FILE, old=old, new=new)
        return {id_: Write(changes=id_ in changing) for id_ in lines}
    except OSError as error:
        return {id_: Write(error=f"cannot write {FILE}: {error.strerror}") for id_, of_row in lines.items() if of_row}


def _edited(state: FileState | None, lines: t.Mapping[str, str]) -> FileState | None:
    """Return our file with these lines, each where one of its key stood before."""
    if not lines:
        return state
    former = state or FileState(f"{HEADER}\n".encode())
    left = {path: f"{kernel_parameter.key_of(path)} = {value}" for path, value in lines.items()}
    edited = []
    for line in former.text.removesuffix("\n").split("\n"):
        path = sysctl_files.assigned_path(line)
        if path in left or path not in lines:
            edited.append(left.pop(path, line) if path else line)
    content = "\n".join([*edited, *left.values(), ""]).encode(errors="surrogateescape")
    return dataclasses.replace(former, content=content)


def _normalised(value: str) -> str:
    return " ".join(value.split())
