# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What a drive can do about its own data, as the drive says itself, in the words of all kinds of drives.

Methods are listed best first: an erased block reads as nothing, a destroyed key leaves noise that proves less.
"""

from __future__ import annotations

import typing as t


class Capabilities(t.NamedTuple):
    """``hidden`` counts bytes that no write reaches (HPA, DCO); ``openable`` those that can be laid open first.

    ``unusable`` holds a sentence for each technique that the drive has and cannot use as it stands, or that could not
    be asked about. ``minutes`` is how long the drive says that its own erasure takes, 0 if it does not.
    """

    ata_sanitize: tuple[str, ...] = ()
    ata_enhanced_erase: bool = False
    ata_frozen: bool = False
    ata_locked: bool = False
    scsi_sanitize: tuple[str, ...] = ()
    nvme_sanitize: tuple[str, ...] = ()
    nvme_format: tuple[str, ...] = ()
    hidden: int = 0
    openable: int = 0
    minutes: int = 0
    unusable: tuple[str, ...] = ()
