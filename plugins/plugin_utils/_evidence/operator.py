# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Who runs Ansible on this machine: what the system says, never what somebody claims."""

from __future__ import annotations

import os
import socket
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.login import login_of


class Operator(t.NamedTuple):
    """The login that runs Ansible, the one that became root by sudo, and the machine."""

    login: str
    before_sudo: str | None
    host: str

    @property
    def who(self) -> str:
        """The login of the person: the one before sudo, where there is one."""
        return self.before_sudo or self.login


def operator() -> Operator:
    """Tell under which login the run was started on this machine; sudo's word counts only where root took it."""
    number = os.getuid()
    before_sudo = os.environ.get("SUDO_USER") if number == 0 else None
    return Operator(login_of(number), before_sudo or None, socket.gethostname())
