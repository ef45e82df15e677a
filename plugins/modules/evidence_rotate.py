#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: evidence_rotate
short_description: Give a folder of evidence new keys
version_added: 0.1.0
description:
  - Makes a new pair of keys. The old private key signs the new public one as its last act, and is removed.
  - The old public keys stay, and what they signed can still be verified.
notes:
  - It runs on the controller and needs no connection to the device.
  - It cannot run while a run holds the folder.
author:
  - commune.baseline contributors (!UNKNOWN)
requirements:
  - the Python libraries cryptography and rfc8785 on the controller
options:
  folder:
    description: The folder of the evidence.
    type: path
    required: true
attributes:
  check_mode:
    description: Writes nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
seealso:
  - module: commune.baseline.evidence_verify
"""

EXAMPLES = r"""
- name: Sign with new keys from now on
  commune.baseline.evidence_rotate:
    folder: inventories/xa-mau/evidence
"""

RETURN = r"""
public_key:
  description: The new public key. Keep a copy where the controller is not.
  type: str
  returned: if it was made
  sample: /srv/xa-mau/evidence/keys/public-00000042.pem
"""
