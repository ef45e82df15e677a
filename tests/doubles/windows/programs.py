# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The programs secedit, auditpol, icacls and wevtutil, as far as Microsoft documents what they read and write."""

from __future__ import annotations

import configparser
import typing as t
from collections.abc import Callable, Sequence

from tests.doubles.windows import components
from tests.doubles.windows.machine import Machine
from tests.doubles.windows.values import UnsupportedError

_AREAS = {"SECURITYPOLICY": "System Access", "USER_RIGHTS": "Privilege Rights"}
_DIGITS = {"success": 1, "failure": 2}


def _secedit(machine: Machine, words: Sequence[str]) -> tuple[int, list[str]]:
    """secedit /export /cfg FILE /areas A B /quiet; secedit /configure /db FILE /cfg FILE /areas A B /quiet"""
    verb, options = words[0].lower(), _options(words[1:])
    areas = [_AREAS[area] for area in options["/areas"]]
    (path,) = options["/cfg"]
    if "secedit" in machine.broken:
        return 1, ["The system cannot find the file specified."]
    if verb == "/export":
        machine.files[path] = _template(machine, areas).encode(machine.template_encoding)
        return 0, [machine.words.done]
    if verb != "/configure" or "/db" not in options:
        raise UnsupportedError(" ".join(words))
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(machine.files[path].decode("utf-16"))
    if parser["Version"]["signature"] != '"$CHICAGO$"' or parser["Unicode"]["Unicode"] != "yes":
        return 1, ["The data is invalid."]
    wanted = {area: dict(parser[area]) for area in areas if parser.has_section(area)}
    access = {**machine.template["System Access"], **wanted.get("System Access", {})}
    if 0 <= int(access["LockoutDuration"]) < int(access["ResetLockoutCount"]):
        return 1, ["The parameter is incorrect."]  # the whole section is refused
    for area, keys in wanted.items():
        machine.template[area].update(keys)
        machine.changed(f"secedit {area} {sorted(keys)}")
    machine.files["".join(options["/db"])] = b"database"
    return 0, [machine.words.done]


def _template(machine: Machine, areas: Sequence[str]) -> str:
    lines = ["[Unicode]", "Unicode=yes"]
    for area in areas:
        lines += [f"[{area}]", *(f"{key} = {value}" for key, value in machine.template[area].items())]
    return "\r\n".join([*lines, "[Version]", 'signature="$CHICAGO$"', "Revision=1", ""])


def _auditpol(machine: Machine, words: Sequence[str]) -> tuple[int, list[str]]:
    """auditpol /backup /file:FILE; auditpol /set /subcategory:{GUID} /success:enable /failure:disable"""
    verb = words[0].lower()
    options = dict(word.split(":", 1) for word in words[1:])
    if "auditpol" in machine.broken:
        return 5, ["Error 0x00000522 occurred: A required privilege is not held by the client."]
    if verb == "/backup":
        lines = [machine.words.audit_head]
        for guid, (name, setting) in machine.audit.items():
            lines.append(
                f"{machine.name},{machine.words.system},{name},{guid},{machine.words.audit_settings[setting]},,{setting}"
            )
        lines.append(",,Option:CrashOnAuditFail,,Disabled,,0")
        machine.files[options["/file"]] = "\r\n".join([*lines, ""]).encode(machine.audit_encoding)
        return 0, []
    if verb != "/set" or options["/subcategory"] not in machine.audit:
        raise UnsupportedError(" ".join(words))
    name, setting = machine.audit[options["/subcategory"]]
    for word, digit in _DIGITS.items():
        if f"/{word}" in options:
            setting = setting & ~digit | (digit if options[f"/{word}"] == "enable" else 0)
    machine.audit[options["/subcategory"]] = (name, setting)
    machine.changed(f"auditpol {options['/subcategory']}")
    return 0, []


def _icacls(machine: Machine, words: Sequence[str]) -> tuple[int, list[str]]:
    """icacls FOLDER with /setowner, /inheritance:r or /grant:r, by SID alone."""
    if words[0] not in machine.folders:
        return 2, [f"{words[0]}: The system cannot find the file specified."]
    names = [word for word in words[1:] if not word.startswith(("/", "*S-1-"))]
    if names:
        raise UnsupportedError(f"icacls with a name: {names}")
    if "/setowner" in words:
        machine.owners[words[0]] = words[words.index("/setowner") + 1].lstrip("*")
    return 0, []


def _options(words: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    last = ""
    for word in words:
        if word.startswith("/"):
            last = word.lower()
            found[last] = []
        else:
            found[last].append(word)
    return found


PROGRAMS: t.Mapping[str, Callable[[Machine, Sequence[str]], tuple[int, list[str]]]] = {
    "secedit.exe": _secedit,
    "auditpol.exe": _auditpol,
    "icacls.exe": _icacls,
    "wevtutil.exe": components.wevtutil,
}
