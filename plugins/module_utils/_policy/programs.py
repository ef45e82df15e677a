# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Running the device's own programs: never through a shell, never in another language than C."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import typing as t

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": _PATH, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}
_kept: list[dict[t.Any, t.Any]] = []


@contextlib.contextmanager
def keeping_answers() -> t.Iterator[None]:
    """Keep what programs answered; only for a run that changes nothing that they could be asked about again."""
    _kept.append({})
    try:
        yield
    finally:
        _kept.pop()


def answers() -> dict[t.Any, t.Any]:
    """Return the answers that are kept, to look one up or to add one; outside of ``keeping_answers`` there are none."""
    return _kept[-1] if _kept else {}


def find(name: str) -> str | None:
    """Return the path of a program of the system, None if it is not installed."""
    return shutil.which(name, path=_PATH)


def run(
    *words: str, text: str = "", timeout: float = 60, accept: tuple[int, ...] = (0,), errors_too: bool = False
) -> str:
    """Return what a program prints, with ``errors_too`` on both ways; ``text`` is its standard input.

    What is asked again gets the answer that is kept, if answers are kept. Raises OSError, whose ``strerror`` is one
    sentence, if it is missing, too slow, or ends with another code.
    """
    known, question = answers(), (words, text, accept, errors_too)
    if question not in known:
        known[question] = _run(words, text, timeout, accept, errors_too)
    return t.cast("str", known[question])


def _run(words: t.Sequence[str], text: str, timeout: float, accept: tuple[int, ...], errors_too: bool) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - a list of words, no shell
            words,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if errors_too else subprocess.PIPE,
            env={**ENVIRONMENT, "HOME": os.environ.get("HOME", "/")},
            cwd="/",
            timeout=timeout,
            check=False,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except FileNotFoundError as error:
        raise OSError(0, f"{words[0]} is not installed", words[0]) from error
    except subprocess.TimeoutExpired as error:
        raise OSError(0, f"{' '.join(words)} did not end within {timeout:.0f} s", words[0]) from error
    if done.returncode not in accept:
        said = ((done.stderr or "").strip() or done.stdout.strip()).rpartition("\n")[2]
        raise OSError(0, f"{' '.join(words)} failed with code {done.returncode}: {said}", words[0])
    return done.stdout
