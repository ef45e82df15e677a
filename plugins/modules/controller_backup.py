#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: controller_backup
short_description: Put the whole site into one encrypted file
version_added: 0.1.0
description:
  - Packs the folder of the inventory with all that lies in it, such as variables, vault, evidence and signing keys, and
    a copy of the register as it is at one moment, wherever the register lies.
  - The file is a tar archive that GnuPG encrypts with the passphrase; C(gpg --decrypt FILE | tar --extract) opens it
    without this collection. It is read again to its end before the task succeeds.
  - M(commune.baseline.controller_restore) lays it out again.
author:
  - commune.baseline contributors (!UNKNOWN)
requirements:
  - gpg 2.1 or newer on the controller
extends_documentation_fragment:
  - commune.baseline.register
options:
  to:
    description:
      - Folder where the file goes, such as an encrypted medium; it must be there, and lie outside of the inventory's.
      - The file is named by the site and the time in UTC, and takes the place of no other.
    type: path
    required: true
  also:
    description:
      - Further files and folders of the controller, such as C(~/.ssh) with the keys that open the devices. No two may
        have the same name.
    type: list
    elements: path
    default: []
  passphrase:
    description:
      - One line of 12 characters or more. Without it nobody opens the backup, not even its maker; keep it where the
        controller is not, such as in a sealed envelope in the safe.
    type: str
    required: true
attributes:
  check_mode:
    description: Tells whether the backup could begin, and writes nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
seealso:
  - module: commune.baseline.controller_restore
"""

EXAMPLES = r"""
- name: Back up the site and the keys that open its devices
  commune.baseline.controller_backup:
    to: /media/usb
    also: [~/.ssh]
    passphrase: "{{ passphrase }}"
"""

RETURN = r"""
path:
  description: The backup.
  type: str
  returned: success
  sample: /media/usb/xa-mau-20260131T083000Z.tar.gpg
size:
  description: Its size in bytes.
  type: int
  returned: if it was written
  sample: 6001
files:
  description: How many files it holds.
  type: int
  returned: if it was written
  sample: 412
head:
  description: The last event of the register that it holds.
  type: dict
  returned: if it was written
  contains:
    events:
      description: How many events there are.
      type: int
      sample: 87
    hash:
      description: Hash of the last.
      type: str
      sample: 8358ede5baec814a1371939254a3168bb855cdec7e0a21bdabd1ee8e8e20a4ac
"""
