# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """How an order names media, to wipe them and to verify them."""

    DOCUMENTATION = r"""
options:
  media:
    description: The media, as M(commune.baseline.media_info) showed them when the order was written.
    type: list
    elements: dict
    required: true
    suboptions:
      serial:
        description: Serial number.
        type: str
        required: true
      model:
        description: Model.
        type: str
        required: true
      size:
        description: Size in bytes.
        type: int
        required: true
      wwn:
        description: World wide name; empty if the medium shows none.
        type: str
        default: ""
      typed_serial:
        description: The serial number again, as whoever runs the task typed it off the label of the medium.
        type: str
        required: true
      marks:
        description:
          - What the medium may be marked as a part of, as long as it is not in use. Of no effect on a verification.
        type: list
        elements: str
        choices: [bcache, bitlocker, ceph, drbd, luks, lvm, raid, zfs]
        default: []
"""
