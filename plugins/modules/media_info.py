#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: media_info
short_description: Tell all storage media of a device, what they can do about their data, and what uses them
version_added: 0.1.0
description:
  - Lists every medium as the kernel and the drive itself show it. It only reads.
  - What it returns as C(identity) is what an order for M(commune.baseline.media_sanitise) names a medium by.
  - Needs root. Asks C(hdparm), C(sg_opcodes) and C(nvme) where they are installed.
author:
  - commune.baseline contributors (!UNKNOWN)
attributes:
  check_mode:
    description: Reads the same.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
"""

EXAMPLES = r"""
- name: See what is in the device
  commune.baseline.media_info:
  become: true
  register: seen
"""

RETURN = r"""
media:
  description: All media, by the name the kernel gives them at this moment. No loop device without a file, no RAM disk.
  type: list
  elements: dict
  returned: success
  contains:
    path:
      description: The device file, which may be another one after the next start.
      type: str
      sample: /dev/sda
    kind:
      description:
        - V(hdd), V(ssd), V(nvme), V(sas_hdd), V(sas_ssd), V(emmc), V(sd), V(usb), V(optical), V(loop) or V(virtual).
        - Whatever hangs on USB is V(usb), for its bridge may hide what it is.
      type: str
      sample: hdd
    identity:
      description: What tells the medium apart from all others; runs of blanks in it are one blank.
      type: dict
      contains:
        serial:
          description:
            - Serial number; empty if the medium has none, as many USB sticks. Of a loop device the device and inode of
              its file.
          type: str
          sample: S3Z9NB0K123456
        model:
          description: Model.
          type: str
          sample: ST1000DM010-2EP102
        size:
          description: Size in bytes, without what is hidden.
          type: int
          sample: 1000204886016
        wwn:
          description: World wide name; empty if the medium has none.
          type: str
          sample: naa.5000c500a1b2c3d4
    sector:
      description: Size of a logical sector in bytes.
      type: int
      sample: 512
    read_only:
      description: Whether the medium refuses writes.
      type: bool
      sample: false
    capabilities:
      description: What the drive says that it can do.
      type: dict
      contains:
        ata_sanitize:
          description: Methods of ATA SANITIZE; V(block), V(overwrite), V(crypto).
          type: list
          elements: str
          sample: [block, crypto]
        ata_enhanced_erase:
          description: Whether SECURITY ERASE UNIT works in its enhanced form as the drive stands.
          type: bool
          sample: true
        ata_frozen:
          description: Whether the firmware of the machine has frozen the security commands.
          type: bool
          sample: false
        ata_locked:
          description: Whether the drive is locked by a password.
          type: bool
          sample: false
        scsi_sanitize:
          description: Methods of SCSI SANITIZE.
          type: list
          elements: str
          sample: []
        nvme_sanitize:
          description: Methods of NVMe Sanitize.
          type: list
          elements: str
          sample: []
        nvme_format:
          description: Erasing forms of Format NVM; V(crypto), V(user).
          type: list
          elements: str
          sample: []
        hidden:
          description: Bytes that no write reaches, for a device configuration overlay hides them.
          type: int
          sample: 0
        openable:
          description: Bytes in a host protected area, which is laid open before an overwrite.
          type: int
          sample: 0
        minutes:
          description: Minutes that the drive says its own erasure takes; V(0) if it does not say.
          type: int
          sample: 168
        unusable:
          description: A sentence for each technique that cannot be used as the drive stands, or not be asked about.
          type: list
          elements: str
          sample: ["security erase: the drive has a password; take it off first"]
    uses:
      description: What uses the medium now; a medium with any is never wiped.
      type: list
      elements: str
      sample: ["sda1 mount /home"]
    marks:
      description:
        - What it is marked as a part of, V(lvm), V(raid), V(zfs), V(luks), V(bitlocker), V(bcache), V(ceph), V(drbd).
      type: list
      elements: str
      sample: [luks]
    unknown:
      description: Why its uses or marks cannot be told, V(null) if they can.
      type: str
      sample: wipefs is not installed
    sanitisation:
      description: What the journal on this device tells about the last sanitisation of this medium, empty if nothing.
      type: dict
      contains:
        state:
          description: V(running), V(wiped) or V(failed); also V(running) where power or a kill cut it off.
          type: str
          sample: running
        order:
          description: Number of the order.
          type: str
          sample: 12/QD-UBND
        technique:
          description: Name of the technique.
          type: str
          sample: overwrite
        mb_per_s:
          description: Speed of an overwrite in 10^6 bytes per second.
          type: float
          sample: 182.4
        percent:
          description: How much of an overwrite is done, over all its passes.
          type: float
          sample: 41.5
        seconds_left:
          description: Time that is left of an overwrite, V(null) if unknown.
          type: int
          sample: 3211
        reason:
          description: Why it failed.
          type: str
          sample: "the medium vanished: No such device"
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.commune.baseline.plugins.module_utils._media.listing import listing
from ansible_collections.commune.baseline.plugins.module_utils._policy import language


def main() -> None:
    module = AnsibleModule(argument_spec={}, supports_check_mode=True)
    language.keep_to_english()
    module.exit_json(changed=False, media=listing())


if __name__ == "__main__":
    main()
