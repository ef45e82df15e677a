#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: controller_restore
short_description: Lay a backed up site out on this controller
version_added: 0.1.0
description:
  - Opens what M(commune.baseline.controller_backup) wrote and puts the site where nothing is yet. If anything is wrong
    with the backup, nothing is left.
  - A register of an older schema is upgraded; one of a newer schema is refused. What does not agree with the register's
    own events is told as a warning.
  - What else went along lies beside the folder afterwards, in one whose name ends in C(.also), and is put in place by
    hand.
author:
  - commune.baseline contributors (!UNKNOWN)
requirements:
  - gpg 2.1 or newer on the controller
options:
  path:
    description: The backup.
    type: path
    required: true
  folder:
    description: Where the site goes, such as C(inventories/NAME). It must not be there yet, or be empty.
    type: path
    required: true
  register:
    description:
      - Where the register goes, a path or a URL such as C(postgresql://host/name), where no register is yet.
      - If it is left out, the register goes to where it lay in the site's folder; it is needed if it lay elsewhere.
    type: str
  passphrase:
    description: The passphrase that was given to the backup.
    type: str
    required: true
attributes:
  check_mode:
    description: Reads the backup to its end and tells whether it is whole, and lays nothing out.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
notes:
  - Runs on the controller and needs no connection, in plays on C(localhost) and in plays on devices.
seealso:
  - module: commune.baseline.controller_backup
"""

EXAMPLES = r"""
- name: Lay the site out on a new controller
  commune.baseline.controller_restore:
    path: /media/usb/xa-mau-20260131T083000Z.tar.gpg
    folder: inventories/xa-mau
    passphrase: "{{ passphrase }}"
"""

RETURN = r"""
site:
  description: Name of the folder that was backed up.
  type: str
  returned: success
  sample: xa-mau
made_at:
  description: When the backup was made, in UTC.
  type: str
  returned: success
  sample: "2026-01-31T08:30:00Z"
folder:
  description: Where the site lies now.
  type: str
  returned: if it was laid out
  sample: /home/baseline/commune-baseline/inventories/xa-mau
also:
  description: Where each of the other files and folders stood, and where it lies now.
  type: dict
  returned: if it was laid out
  sample: {/home/baseline/.ssh: /home/baseline/commune-baseline/inventories/xa-mau.also/.ssh}
head:
  description: The last event of the register.
  type: dict
  returned: if it was laid out
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
