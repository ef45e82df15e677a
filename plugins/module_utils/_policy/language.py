# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The language of the messages that the C library gives to errors (strerror(3))."""

from __future__ import annotations

import locale


def keep_to_english() -> None:
    """Undo for messages what AnsibleModule does: it takes up the language of the login, which no reader can rely on."""
    locale.setlocale(locale.LC_MESSAGES, "C")
