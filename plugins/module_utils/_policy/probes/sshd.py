# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Asking sshd itself what it goes by. Its answer knows every ``Include``, default and alias."""

from __future__ import annotations

import getopt
import os
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs, validators
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import assignment, sshd
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state

PID_FILE = "/run/sshd.pid"
DEFAULTS = "/etc/default/ssh"
_SYNONYMS = {"without-password": "prohibit-password"}  # the old word is what sshd prints


def read_keys(keys: t.Sequence[str]) -> dict[str, Reading]:
    """Return what sshd would go by for keys in any case, outside ``Match`` blocks; one question for all of them.

    A key of several lines is one value with commas. Times are seconds.
    """
    if programs.find("sshd") is None:
        return dict.fromkeys(keys, Reading(inapplicable="sshd is not installed"))
    try:
        with validators.privilege_separation_folder():
            answer = programs.run("sshd", "-T", *_options())
    except OSError as error:
        return dict.fromkeys(keys, Reading(unreadable=str(error.strerror)))
    values: dict[str, list[str]] = {}
    for line in answer.splitlines():
        name, _blank, value = line.partition(" ")
        values.setdefault(name.lower(), []).append(_SYNONYMS.get(value.strip(), value.strip()))
    return {key: _reading(key, values.get(key.lower())) for key in keys}


def _options() -> list[str]:
    """Return the options that overrule the files: those sshd runs with, or the ones it would be started with.

    Raises OSError if they cannot be understood.
    """
    words = _running() if os.path.exists(PID_FILE) else _by_default()
    try:
        given, _others = getopt.getopt(words, "46C:DE:b:c:def:g:h:iko:p:qRrtu:V")
    except getopt.GetoptError as error:
        raise OSError(0, f"sshd runs with options that are not understood: {error}", "sshd") from error
    return [word for option, value in given if option in ("-c", "-f", "-h", "-o", "-p") for word in (option, value)]


def _running() -> list[str]:
    """Return the arguments of the daemon; it shows them in its title: ``sshd: /usr/sbin/sshd -D [listener] ...``."""
    with open(PID_FILE, encoding="ascii") as file:
        pid = file.read().strip()
    try:
        with open(f"/proc/{int(pid)}/cmdline", encoding="utf-8", errors="surrogateescape") as file:
            title = file.read()
    except (OSError, ValueError):  # left behind by one that was killed
        return _by_default()
    return title.partition("[listener]")[0].replace("\0", " ").replace("sshd: ", "", 1).split()[1:]


def _by_default() -> list[str]:
    state = file_state.capture(DEFAULTS)
    value = assignment.read([(DEFAULTS, state.text)], "SSHD_OPTS").value if state else None
    return str(value or "").split()


def _reading(key: str, values: list[str] | None) -> Reading:
    if values is not None:
        return Reading(value=",".join(values))
    if key.lower() in sshd.COLLECTED:
        return Reading()
    return Reading(inapplicable=f"this sshd has no {key}")
