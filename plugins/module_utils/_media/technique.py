# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Which technique sanitises which medium, and to what level. Pure.

Levels are those of NIST SP 800-88 Rev. 2: ``clear`` withstands the medium's own interface, ``purge`` a laboratory.
The table follows IEEE 2883 as far as it is known second-hand, and is on the careful side: what is in doubt is cleared
at best. An overwrite does not reach what an SSD keeps aside, so it is none of an SSD's techniques.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media import medium as media
from ansible_collections.commune.baseline.plugins.module_utils._media.capabilities import Capabilities

CLEAR, PURGE = LEVELS = ("clear", "purge")
_OVERWRITE = "overwrite"


class Technique(t.NamedTuple):
    """``passes`` are the patterns of an overwrite, none for a command that the drive carries out by itself."""

    name: str
    level: str
    passes: tuple[str, ...] = ()

    @property
    def leaves_noise(self) -> bool:
        """Tell whether the medium reads as noise afterwards: only its key was destroyed."""
        return self.name.endswith("crypto")


_ONE_PASS = Technique(_OVERWRITE, CLEAR, ("zeros",))
# DC-03: flash without firmware commands is overwritten twice, the first time by what cannot be compressed.
_TWO_PASSES = Technique(_OVERWRITE, CLEAR, ("noise", "zeros"))
_OVERWRITES = {
    media.HDD: _ONE_PASS,
    media.SAS_HDD: _ONE_PASS,
    media.LOOP: _ONE_PASS,
    media.VIRTUAL: _ONE_PASS,
    media.USB: _TWO_PASSES,
    media.SD: _TWO_PASSES,
    # Its own erase and sanitize (JESD84-B51) would reach more, and are not driven here.
    media.EMMC: _TWO_PASSES,
}


def techniques(kind: str, able: Capabilities, *, level: str, allow_format: bool) -> tuple[list[Technique], list[str]]:
    """Return the techniques that reach a level, best first, and why others are left out.

    None at all means that only destroying the medium is left. ``allow_format`` allows Format NVM where Sanitize is
    missing or fails: it is not known what it leaves behind, so it clears at best.
    """
    found, left_out = _of_drive(kind, able)
    if allow_format:
        found += [Technique(f"nvme-format-{ses}", CLEAR) for ses in able.nvme_format]
    if kind in _OVERWRITES:
        if able.hidden:
            left_out.append(f"overwrite: {able.hidden} bytes are hidden from it and cannot be laid open")
        else:
            found.append(_OVERWRITES[kind])
    else:
        left_out.append(f"overwrite: it does not reach all of a medium of the kind {kind}")
    return [one for one in found if level == CLEAR or one.level == PURGE], left_out


def _of_drive(kind: str, able: Capabilities) -> tuple[list[Technique], list[str]]:
    """Return the techniques that the drive's own firmware carries out."""
    left_out = list(able.unusable)
    if kind == media.EMMC:
        left_out.append(
            "purge: no command here erases what eMMC keeps aside, its boot partitions and worn blocks; "
            "an overwrite clears it"
        )
    found = [Technique(f"ata-sanitize-{method}", PURGE) for method in able.ata_sanitize]
    if able.ata_enhanced_erase:
        # An SSD may keep aside what the command does not reach.
        found.append(Technique("ata-security-erase-enhanced", PURGE if kind == media.HDD else CLEAR))
    found += [Technique(f"scsi-sanitize-{method}", PURGE) for method in able.scsi_sanitize]
    found += [Technique(f"nvme-sanitize-{method}", PURGE) for method in able.nvme_sanitize]
    return found, left_out
