# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Who we came in as, and from where: the account and the address whose access no row may take away."""

from __future__ import annotations

import os
import pwd
import re

AS_ROOT = "we came in as root: run again as an administrator of their own with sudo"

_NOBODY_LOGGED_IN = 2**32 - 1  # loginuid of a process that descends from no login, audit_getloginuid(3)


def account() -> str | None:
    """Return the account that logged in before it became root; None if there was none, as on a local run of root."""
    for variable in ("SUDO_USER", "DOAS_USER"):
        if os.environ.get(variable, "root") != "root":
            return os.environ[variable]
    try:
        with open("/proc/self/loginuid", encoding="ascii") as file:
            uid = int(file.read())
        return pwd.getpwuid(uid).pw_name if uid not in (0, _NOBODY_LOGGED_IN) else None
    except (OSError, ValueError, KeyError):
        return None


def address() -> str | None:
    """Return the address that the connection comes from, None if it does not come over ssh.

    sshd tells it to what it starts, ssh(1) SSH_CONNECTION; sudo takes it away from us, but not from itself.
    """
    process = os.getpid()
    while process > 1:
        try:
            with open(f"/proc/{process}/environ", "rb") as file:
                found = re.search(rb"(?:^|\0)SSH_CONNECTION=([0-9A-Fa-f.:]+)", file.read())
            if found:
                return found[1].decode()
            with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as stat:
                process = int(stat.read().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return None
    return None
