# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What an inventory needs of the register, in a form that a cache can keep."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._inventory.hosts import LEFT_OUT
from ansible_collections.commune.baseline.plugins.plugin_utils._register import records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, EXCEPTION
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register


def read(place: str) -> dict[str, list[dict[str, t.Any]]]:
    """Return all devices and exceptions as they are now; raise RegisterError."""
    register = Register.open(place)
    try:
        with register.read() as reader:
            devices = records.select(reader, DEVICE, without=LEFT_OUT)
            exceptions = records.select(reader, EXCEPTION)
    finally:
        register.close()
    return {"devices": [one.record for one in devices], "exceptions": [one.record for one in exceptions]}
