# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""ATA drives, through hdparm. What a drive says of itself is read from the words of IDENTIFY DEVICE (ACS-4 7.12.7)."""

from __future__ import annotations

import os
import re

from ansible_collections.commune.baseline.plugins.module_utils._media import sysfs, waiting
from ansible_collections.commune.baseline.plugins.module_utils._media.capabilities import Capabilities
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import TechniqueError
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs

_SURE = "--yes-i-know-what-i-am-doing"
_METHODS = {
    "block": ("--sanitize-block-erase",),
    "overwrite": ("--sanitize-overwrite-passes", "1", "--sanitize-overwrite", "hex:00000000"),
    "crypto": ("--sanitize-crypto-scramble",),
}
# No secret: a drive takes its erasure from nobody without a password, and gives it back to nobody if power fails.
# It stands in the documentation, so that the next person can unlock the drive.
PASSWORD = "commune"  # noqa: S105
_SECTOR = 512
_ANY = tuple(range(256))  # exit codes prove nothing


def capabilities(path: str) -> Capabilities:
    """Return what the drive says; raises OSError if hdparm is missing or the drive does not answer."""
    words = identify(path)
    security = words[128]
    frozen, locked, enabled = bool(security & 8), bool(security & 4), bool(security & 2)
    unusable = []
    if security & 1 and frozen:
        unusable.append("security erase: the drive is frozen; suspend and wake the machine, or plug the drive in again")
    if locked or enabled:
        unusable.append("security erase: the drive has a password; take it off first")
    hidden, openable = _hidden(path, unusable)
    return Capabilities(
        ata_sanitize=_sanitize_methods(words[59]),
        ata_enhanced_erase=bool(security & 1 and security & 32) and not (frozen or locked or enabled),
        ata_frozen=frozen,
        ata_locked=locked,
        hidden=hidden,
        openable=openable,
        minutes=_minutes(words[90]),
        unusable=tuple(unusable),
    )


def identify(path: str) -> list[int]:
    """Return the 256 words of IDENTIFY DEVICE; raises OSError."""
    told = programs.run("hdparm", "--Istdout", path)
    words = [int(word, 16) for word in re.findall(r"\b[0-9a-f]{4}\b", told.partition(":\n")[2])]
    if len(words) != 256:
        raise OSError(0, f"hdparm shows {len(words)} words of {path} instead of 256", path)
    return words


def _sanitize_methods(word: int) -> tuple[str, ...]:
    if not word & 1 << 12:
        return ()
    bits = {"block": 15, "overwrite": 14, "crypto": 13}
    return tuple(method for method, bit in bits.items() if word & 1 << bit)


def _minutes(word: int) -> int:
    """Return the time of an enhanced erase: in the extended form bits 14 to 0, else bits 7 to 0, in units of 2 min."""
    return 2 * (word & 0x7FFF if word & 0x8000 else word & 0xFF)


def _hidden(path: str, unusable: list[str]) -> tuple[int, int]:
    """Return the bytes that cannot be laid open (DCO), and those of a host protected area, which can."""
    try:
        visible, native = _max_sectors(path)
    except OSError as error:
        unusable.append(f"hidden areas: {error.strerror}")
        return 0, 0
    return _hidden_by_dco(path, native), (native - visible) * _SECTOR


def _max_sectors(path: str) -> tuple[int, int]:
    """Return the visible and the native count of sectors; the same twice if the drive knows no hidden area."""
    told = programs.run("hdparm", "-N", path, accept=_ANY)
    found = re.search(r"max sectors\s*=\s*(\d+)/(\d+)", told)
    return (int(found[1]), max(int(found[1]), int(found[2]))) if found else (0, 0)


def _hidden_by_dco(path: str, native: int) -> int:
    """Return the bytes that a device configuration overlay hides beyond the native end."""
    told = programs.run("hdparm", "--dco-identify", path, accept=_ANY)
    found = re.search(r"Real max sectors:\s*(\d+)", told)
    return max(int(found[1]) - native, 0) * _SECTOR if found else 0


def lay_open(path: str) -> None:
    """Take away the host protected area for good; raise TechniqueError if the drive keeps it."""
    visible, native = _max_sectors(path)
    if visible == native:
        return
    programs.run("hdparm", _SURE, "-N", f"p{native}", path, accept=_ANY)
    if _max_sectors(path) != (native, native):
        raise TechniqueError("the drive keeps its host protected area")
    sysfs.rescan(os.path.basename(path))


def sanitize(path: str, method: str) -> None:
    """Sanitise and wait until the drive says that it is done; raise TechniqueError if it says anything else."""
    said = programs.run("hdparm", _SURE, *_METHODS[method], path, accept=_ANY, errors_too=True)
    state = waiting.until_done(lambda: sanitize_state(path), lambda state: state.startswith("SD2"))
    if "Completed Without Error" not in state:
        raise TechniqueError(f"the drive did not sanitise itself: {state or said.strip()[-200:]}")


def sanitize_state(path: str) -> str:
    """Return what SANITIZE STATUS EXT says, in one line, as hdparm words it; empty if the drive does not answer."""
    told = programs.run("hdparm", "--sanitize-status", path, accept=_ANY, errors_too=True)
    lines = [line.strip() for line in told.splitlines()]
    shown = (line.replace("State:", "").strip() for line in lines if re.match("State:|Last Sanitize|Drive in SD", line))
    return "; ".join(shown)


def security_erase(path: str, minutes: int) -> None:
    """Erase by the security feature set; raise TechniqueError unless the drive itself shows that it is done."""
    programs.run("hdparm", "--user-master", "u", "--security-set-pass", PASSWORD, path, accept=_ANY)
    if not identify(path)[128] & 2:
        raise TechniqueError("the drive does not take the password that its erasure needs")
    longest = 3600.0 + 3 * 60 * minutes
    erase = ("--user-master", "u", "--security-erase-enhanced", PASSWORD)
    programs.run("hdparm", *erase, path, accept=_ANY, timeout=longest)
    if identify(path)[128] & 2:
        programs.run("hdparm", "--user-master", "u", "--security-disable", PASSWORD, path, accept=_ANY)
        raise TechniqueError("the drive did not erase itself: its password is still set")
