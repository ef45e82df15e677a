# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What sheets hold: people, devices, and what belongs to devices, of which a device has several each."""

from __future__ import annotations

from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import (
    DEVICE,
    PERSON,
    Field,
    Kind,
    Parts,
)

OWNER = "device"


def _of_devices(name: str, parts: Parts) -> Kind:
    """Return parts of devices as a kind of its own, of which each row names the device too."""
    owner = Field(OWNER, DEVICE.fields[0].parse, required=True, refers_to=DEVICE.name)
    return Kind(name, parts.table, (OWNER, parts.fields[0].name), (owner, *parts.fields))


PARTS = {parts.name: parts for parts in DEVICE.parts if not parts.is_plain}
MEDIA = _of_devices("media", PARTS["media"])
SOFTWARE = _of_devices("software", PARTS["software"])
LICENCES = _of_devices("licences", PARTS["licences"])
# In the order in which they are stored: devices refer to people, and all others to devices.
STORED = (PERSON, DEVICE, MEDIA, SOFTWARE, LICENCES)
# In the order in which a person reads them.
SHOWN = (DEVICE, PERSON, MEDIA, SOFTWARE, LICENCES)
BY_NAME = {kind.name: kind for kind in STORED}
