# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``console_login``: the consoles that let somebody in without a password; only read, never corrected.

The value lists the units that do so, or take options from variables that nobody sees through, and the credentials that
make them do so. What a unit runs is systemd's own answer: it alone knows which files of all its folders it joins, in
which order, over which links and broken lines. Files are only searched for the units that it has to be asked about.
"""

from __future__ import annotations

import glob
import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import finding, programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]
_Properties = dict[str, list[str]]

FIELDS: t.Mapping[str, t.Any] = {}
REQUIRED: frozenset[str] = frozenset()
COMPARISONS: t.Sequence[str] = ("==",)
# agetty(8) and login(1) take a user from these for whom no password is asked, if their unit imports them.
CREDENTIALS: t.Sequence[str] = (
    "/etc/credstore*/*agetty.autologin",
    "/etc/credstore*/*login.noauth",
    "/run/credstore*/*agetty.autologin",
    "/run/credstore*/*login.noauth",
    "/run/credentials/@system/*agetty.autologin",
    "/run/credentials/@system/*login.noauth",
    "/usr/lib/credstore*/*agetty.autologin",
    "/usr/lib/credstore*/*login.noauth",
)
_ANY_INSTANCE = "tty1"
_NAME = re.compile(r"([\w:.\\-]+@?[\w:.\\@-]*?)\.service(?:\.d)?", re.ASCII)
_SPEAKS_OF_LOGINS = re.compile(rb"getty|\blogin\b")
_WORDS = re.compile(r" argv\[\]=(.*) ; ignore_errors=")
_PROGRAM = re.compile(r"(?:^|[ /])(\w*getty|login)(?= )")
# getopt(3) takes options without an argument together with the next one, and long ones by their beginning.
_AUTOLOGIN = re.compile(r" -[8cEhiJmnNpRsUw]*a| --a")
_OTHER_PROGRAM = re.compile(r" (?:-[8cEhiJmnNpRsUw]*l ?|--login-pr[a-z]*[= ])(?!\S*/login )\S")
_OF_LOGIN = re.compile(r" -[pH]*f ?(?!/)\S")  # agetty hands options on to it; its own -f takes a path
_FROM_VARIABLE = re.compile(r" \$\{?(?!TERM\b)\w")  # what it holds, only the running program knows


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell which consoles ask nobody for a password; one look for all rows."""
    reading = _read() if rows else Reading()
    return {row["id"]: reading for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == row["desired"])


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Leave everything as it is: only a person can tell whether somebody relies on such a console."""
    return {row["id"]: Write() for row in rows}


def _read() -> Reading:
    try:
        units = _show(_candidates())
        found = {path: path for pattern in CREDENTIALS for path in finding.find(pattern)}
    except OSError as error:
        return Reading(unreadable=str(error.strerror))
    for unit in units:
        if any(_asks_for_no_password(command) for command in unit.get("ExecStart", ())):
            found[unit["Id"][0]] = _deciding_file(unit)
    outdated = sorted(unit["Id"][0] for unit in units if unit.get("NeedDaemonReload") == ["yes"])
    weakness = (
        f"files of {outdated[0]} changed since systemd read them: run systemctl daemon-reload" if outdated else None
    )
    value = sorted(found)
    return Reading(value, where=found[value[0]] if value else None, weakness=weakness)


def _candidates() -> list[str]:
    """Return the services that could have to do with logins; of a template, one instance stands for all. OSError."""
    folders = programs.run("systemctl", "show", "--property=UnitPath", "--value").split()
    names = set()
    for path in (path for folder in folders for path in glob.glob(f"{glob.escape(folder)}/*.service*")):
        name = _NAME.fullmatch(os.path.basename(path))
        if name is not None and _speaks_of_logins(path):
            names.add(f"{name[1]}{_ANY_INSTANCE if name[1].endswith('@') else ''}.service")
    return sorted(names)


def _speaks_of_logins(path: str) -> bool:
    if b"getty" in os.fsencode(os.path.basename(path)):
        return True
    for file in glob.glob(f"{glob.escape(path)}/*.conf") if os.path.isdir(path) else [path]:
        try:
            with open(file, "rb") as content:
                if _SPEAKS_OF_LOGINS.search(content.read()):
                    return True
        except (FileNotFoundError, IsADirectoryError):  # a link to nowhere, or to no file
            continue
        except PermissionError:  # systemd knows
            return True
    return False


def _show(units: list[str]) -> list[_Properties]:
    """Ask systemd what units run, and from which files; a property can have several lines. Raises OSError."""
    properties = "--property=Id,ExecStart,FragmentPath,DropInPaths,NeedDaemonReload"
    answer = programs.run("systemctl", "show", properties, "--", *units) if units else ""
    found: list[_Properties] = []
    for block in filter(None, answer.strip("\n").split("\n\n")):
        found.append({})
        for line in block.split("\n"):
            name, _equals, value = line.partition("=")
            found[-1].setdefault(name, []).append(value)
    return found


def _asks_for_no_password(command: str) -> bool:
    """Judge what systemd tells of a command; its words are joined by blanks, as they come."""
    words = _WORDS.search(command)
    program = _PROGRAM.search(f"{words[1]} ") if words else None
    if program is None:
        return False
    options = program.string[program.end() :]
    if program[1] == "login":
        return _OF_LOGIN.search(options) is not None
    return any(pattern.search(options) for pattern in (_AUTOLOGIN, _OTHER_PROGRAM, _OF_LOGIN, _FROM_VARIABLE))


def _deciding_file(unit: _Properties) -> str:
    """Return the last of a unit's files that speaks of logins."""
    files = [path for name in ("FragmentPath", "DropInPaths") for path in unit.get(name, [""])[0].split()]
    speaking = [path for path in files if _speaks_of_logins(path)]
    return (speaking or files or [""])[-1]
