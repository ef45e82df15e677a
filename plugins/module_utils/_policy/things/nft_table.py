# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""A table of nftables, family inet, by its name: its text as nft lists it, without what it counted."""

from __future__ import annotations

from ansible_collections.commune.baseline.plugins.module_utils._policy import nft, programs

SHARED = False


def capture(name: str) -> str | None:
    """Return the text of a table, None if it is not there; raises OSError."""
    held = nft.held(name) if programs.find("nft") else None
    return held.text if held else None


def check(name: str, state: str | None) -> None:
    """Ask the kernel whether it would take a table, and let it forget the answer; raises OSError with its objection."""
    programs.run("nft", "-c", "-f", "-", text=_script(name, state))


def put(name: str, state: str | None) -> None:
    """Give a table its text, or take it away, in one step: no packet meets half of it. Raises OSError."""
    programs.run("nft", "-f", "-", text=_script(name, state))


def _script(name: str, state: str | None) -> str:
    return f"table {nft.FAMILY} {name}\ndelete table {nft.FAMILY} {name}\n{state or ''}"
