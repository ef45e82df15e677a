# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The logins of this machine."""

from __future__ import annotations

import pwd


def login_of(number: int) -> str:
    """Return the login that has a number, the number itself if none has."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
