# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What can go wrong with a medium. Each message is one sentence for the person who has to decide what comes next.

MediaError
├── RefusedError    an interlock said no; nothing was written
├── LostError       the medium vanished, or refuses so much that going on is pointless
└── TechniqueError  the drive did not carry out a technique; another one may
"""

from __future__ import annotations


class MediaError(Exception):
    """Something about a medium that a person has to know."""


class RefusedError(MediaError):
    """An interlock refused; nothing was written."""


class LostError(MediaError):
    """The medium vanished, or fails so widely that only destroying it is left."""


class TechniqueError(MediaError):
    """The drive refused a technique, or says itself that it failed."""
