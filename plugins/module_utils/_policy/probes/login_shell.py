# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Asking a login shell itself. What start-up files do together, no reader of their text can tell."""

from __future__ import annotations

import os
import secrets
import subprocess
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading

_NOBODY = 65534
_TIMEOUT_SECONDS = 10


def read_variables(names: t.Sequence[str]) -> dict[str, Reading]:
    """Return what an interactive login bash of an ordinary user holds in variables; one bash for all of them.

    The user is nobody, who has no start-up files: what a person adds in theirs is why a value that is not read-only
    counts for nothing. Start-up files that act differently by user or terminal are not seen through.
    """
    mark = secrets.token_hex(8)
    questions = "".join(f' {mark} "${{{name}-}}" "${{{name}@a}}"' for name in names)
    try:
        answer = _ask(f'printf "\\n%s|%s|%s|\\n"{questions}\nexit\n')
    except FileNotFoundError:
        return dict.fromkeys(names, Reading(unreadable="there is no bash to ask"))
    except subprocess.TimeoutExpired:
        return dict.fromkeys(names, Reading(unreadable=f"a login bash did not answer within {_TIMEOUT_SECONDS} s"))
    answers = answer.split(f"\n{mark}|")[-len(names) :]
    if f"\n{mark}|" not in answer or len(answers) != len(names):
        unreadable = "a login bash ended without an answer; look for errors in /etc/profile.d"
        return dict.fromkeys(names, Reading(unreadable=unreadable))
    return {name: _reading(*one.split("|")[:2]) for name, one in zip(names, answers)}


def _ask(questions: str) -> str:
    done: subprocess.CompletedProcess[bytes] = subprocess.run(
        ["bash", "--login", "-i"],  # noqa: S607 - the one that logins find too
        input=questions.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.defpath, "HOME": "/nonexistent", "TERM": "dumb", "LC_ALL": "C"},
        start_new_session=True,
        timeout=_TIMEOUT_SECONDS,
        check=False,
        **_as_nobody(),
    )
    return done.stdout.decode(errors="surrogateescape")


def _reading(value: str, attributes: str) -> Reading:
    if value and "r" not in attributes:
        return Reading(value=value, weakness=f"it is {value}, but every user can change it")
    return Reading(value=value or None)


def _as_nobody() -> dict[str, t.Any]:
    """Return the arguments that make a child an ordinary user, where we may choose."""
    return {} if os.geteuid() else {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
