# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Mount options for the next boot: lines of fstab(5), and mount units of systemd.mount(5)."""

from __future__ import annotations

import glob
import os
import re
import string
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.mount_options import unescaped

FSTAB = "/etc/fstab"
ADMINISTRATOR_UNITS: t.Sequence[str] = ("/etc/systemd/system", "/run/systemd/system")  # these win over fstab
PACKAGE_UNITS: t.Sequence[str] = ("/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
_OPPOSITES = {"noexec": "exec", "nosuid": "suid", "nodev": "dev"}
_PLAIN = frozenset(f"{string.ascii_letters}{string.digits}:_.")


def has(options: t.Iterable[str], option: str) -> bool:
    """Tell whether an option holds: of it and its opposite, the last one counts."""
    said = [one for one in options if one in (option, _OPPOSITES[option])]
    return bool(said) and said[-1] == option


def entries(text: str, mount_point: str) -> list[list[str]]:
    """Return the options of every line of a mount point."""
    return [fields[3].split(",") for fields in map(_fields, text.split("\n")) if _is_about(fields, mount_point)]


def with_option(text: str, mount_point: str, option: str) -> str:
    """Return the text of fstab with an option in every line of a mount point; all else stays to the byte."""
    return "\n".join(
        _line_with(line, option) if _is_about(_fields(line), mount_point) else line for line in text.split("\n")
    )


def with_line(text: str, line: str) -> str:
    """Return the text of fstab with one line more at its end."""
    return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{line}\n"


def unit_name(mount_point: str) -> str:
    """Return the name of a mount unit (systemd.unit(5), on escaping)."""
    letters = mount_point.strip("/")
    escaped = [_escaped(letter, first=number == 0) for number, letter in enumerate(letters)]
    return f"{''.join(escaped) or '-'}.mount"


def fragment(name: str, folders: t.Sequence[str]) -> str | None:
    """Return the file of a unit in the first of these folders that has it; a masked one is a link to /dev/null."""
    paths = (os.path.join(folder, name) for folder in folders)
    return next((path for path in paths if os.path.exists(path)), None)


def unit_options(name: str, path: str | None) -> list[str] | None:
    """Return the options that a unit file and its drop-ins end up with, None if none of them names any."""
    found = None
    for file in [*filter(None, [path]), *_drop_ins(name)]:
        state = file_state.capture(file)
        lines = re.findall(r"(?m)^\s*Options\s*=[ \t]*(.*?)[ \t\r]*$", state.text if state else "")
        found = lines[-1].split(",") if lines else found
    return found


def _drop_ins(name: str) -> list[str]:
    """Return the drop-ins of a unit in the order of their names; of the same name, the administrator's."""
    of_name: dict[str, str] = {}
    for folder in [*ADMINISTRATOR_UNITS, *PACKAGE_UNITS]:
        for path in glob.glob(f"{glob.escape(os.path.join(folder, name))}.d/*.conf"):
            of_name.setdefault(os.path.basename(path), path)
    return [path for dummy_name, path in sorted(of_name.items()) if os.path.realpath(path) != os.devnull]


def _escaped(letter: str, *, first: bool) -> str:
    if letter == "/":
        return "-"
    if letter in _PLAIN and not (first and letter == "."):
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode(errors="surrogateescape"))


def _fields(line: str) -> list[str]:
    return [] if line.lstrip().startswith("#") else line.split()


def _is_about(fields: t.Sequence[str], mount_point: str) -> bool:
    return len(fields) >= 4 and os.path.normpath(unescaped(fields[1])) == mount_point


def _line_with(line: str, option: str) -> str:
    match = re.match(r"(\s*(?:\S+\s+){3})(\S+)(.*)$", line, re.DOTALL)
    if match is None:
        return line
    options = match[2].split(",")
    if has(options, option):
        return line
    kept = [one for one in options if one not in (option, _OPPOSITES[option])]
    return f"{match[1]}{','.join([*kept, option])}{match[3]}"
