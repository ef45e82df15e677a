# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: no_network
short_description: Reach no device
version_added: 0.1.0
author: commune.baseline contributors (!UNKNOWN)
description:
  - What the inventory plugin P(commune.baseline.register#inventory) gives to a device that nothing reaches over a
    network, such as a machine for state secrets, a camera, or a device that has neither an address nor a name that a
    machine can have.
  - Every task that needs the device finds it unreachable. No packet is sent, and no name is looked up.
  - Tasks that run on the controller, such as the verbs of the register, work as ever.
options: {}
seealso:
  - plugin: commune.baseline.register
    plugin_type: inventory
"""

import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection import ConnectionBase


class Connection(ConnectionBase):
    """The connection to what has none."""

    transport = "commune.baseline.no_network"
    has_pipelining = True

    def _connect(self) -> t.NoReturn:
        raise AnsibleConnectionFailure(
            "the register gives this device no connection:"
            " it is for state secrets, of a kind that no run reaches, or without an address"
        )

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> t.NoReturn:
        self._connect()

    def put_file(self, in_path: str, out_path: str) -> t.NoReturn:
        self._connect()

    def fetch_file(self, in_path: str, out_path: str) -> t.NoReturn:
        self._connect()

    def close(self) -> None:
        """Nothing was opened."""
