# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong in the lab, as sentences for a person."""

from __future__ import annotations

import signal


class LabError(Exception):
    """The lab could not do what was asked; the text is one sentence for the person who asked."""

    exit_code = 1


class UsageError(LabError):
    """What was asked cannot be right: an unknown name, suite or host."""

    exit_code = 2


class Interrupted(KeyboardInterrupt):
    """A signal asked the lab to stop in the middle of its work, and what it had begun is cleaned up."""

    def __init__(self, number: int) -> None:
        """Remember the signal."""
        super().__init__(f"stopped by {signal.Signals(number).name} before it was done; it has cleaned up")
        self.exit_code = 128 + number
