# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What apt would do, and doing it."""

from __future__ import annotations

import re
import subprocess
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs

_OPTIONS = (
    "--quiet",
    "--yes",
    "--no-install-recommends",
    "--option=Dpkg::Options::=--force-confold",
    "--option=Dpkg::Options::=--force-confdef",
    "--option=APT::Get::AutomaticRemove=false",
    "--option=Dpkg::Use-Pty=false",
)
# A device without a way to its sources is to be told so in a minute, not in a quarter of an hour.
_BRIEFLY = ("--option=Acquire::Retries=1", "--option=Acquire::http::Timeout=20", "--option=Acquire::https::Timeout=20")
# Inst NAME [VERSION NOW] (VERSION THEN ORIGIN [ARCHITECTURE]), the bracket only of an upgrade
_INSTALLATION = re.compile(r"^Inst (\S+) (\[\S+\] )?\((\S+) .*\[(\S+)\]\)", re.MULTILINE)
_REMOVAL = re.compile(r"^(?:Remv|Purg) (\S+) ", re.MULTILINE)


class Plan(t.NamedTuple):
    """What apt would do: install new packages (their versions by full name) and remove others (their names)."""

    new: dict[str, str]
    removed: list[str]


def plan(action: str, names: t.Sequence[str]) -> Plan:
    """Ask apt what ``install`` or ``remove`` would do; raises OSError with its complaint."""
    said = _run("--simulate", action, *names)
    installations = [match for match in _INSTALLATION.finditer(said) if not match[2]]
    new = {f"{match[1].partition(':')[0]}:{match[4]}": match[3] for match in installations}
    return Plan(new, _REMOVAL.findall(said))


def refresh() -> None:
    """Fetch the lists of packages anew; raises OSError if one of them could not be fetched."""
    _run(*_BRIEFLY, "--error-on=any", "update")


def download(names: t.Sequence[str]) -> None:
    """Fetch what ``install`` needs, and install nothing; raises OSError."""
    _run(*_BRIEFLY, "--download-only", "install", *names)


def install(versions: t.Mapping[str, str]) -> None:
    """Install packages in these versions; raises OSError, also if another package would have to go."""
    _run("--no-remove", "install", *(f"{name}={version}" for name, version in versions.items()))


def mark(name: str, how: str) -> None:
    """Mark a package as ``auto`` or ``manual``; raises OSError."""
    programs.run("apt-mark", how, name)


def _run(*words: str) -> str:
    """Return what apt-get prints; of a failure its complaints, which do not stand in the last line."""
    try:
        done = subprocess.run(  # noqa: S603 - a list of words, no shell
            ["apt-get", *_OPTIONS, *words],  # noqa: S607 - the system's own
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=programs.ENVIRONMENT,
            cwd="/",
            timeout=1200,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError as error:
        raise OSError(0, "apt-get is not installed", "apt-get") from error
    except subprocess.TimeoutExpired as error:
        raise OSError(0, "apt-get did not end within 20 minutes", "apt-get") from error
    if done.returncode != 0:
        complaints = re.findall(r"^\s*(?:dpkg: error.*|[EW]: .*)$", done.stderr, re.MULTILINE) or [done.stderr.strip()]
        raise OSError(0, "; ".join(dict.fromkeys(line.strip() for line in complaints)), "apt-get")
    return done.stdout
