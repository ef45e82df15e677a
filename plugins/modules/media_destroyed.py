#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: media_destroyed
short_description: Certify that a medium was destroyed in front of witnesses
version_added: 0.1.0
description:
  - Records a medium that nothing could wipe, or that must not be wiped since it held state secrets, and signs the same
    certificate as M(commune.baseline.sanitisation_certificate), with the method Destroy of NIST SP 800-88.
  - The device has to be V(pending_disposal). At least two people have to have approved the order in approvals that name
    the device, have an end, and held on the day (M(commune.baseline.approval)). Two witnesses saw it. Nobody has two of
    these roles.
  - A device of which all media are wiped or destroyed becomes V(sanitised).
  - What the register holds already in the same words stays as it is, so that a play can be repeated.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.disposal
  - commune.baseline.disposal.certificate
  - commune.baseline.register
  - commune.baseline.register.writing
options:
  medium:
    description: Serial number of the medium, as the register has it.
    type: str
    required: true
  technique:
    description: How it was destroyed, in the words of NIST SP 800-88.
    type: str
    choices: [shred, disintegrate, pulverise, melt, incinerate]
    required: true
  reason:
    description: Why it was destroyed and not wiped, such as what M(commune.baseline.media_sanitise) said of it.
    type: str
  destroyed_by:
    description: Code of the person who destroyed it.
    type: str
    required: true
  destroyed_on:
    description: The day, such as V(31/01/2026) or V(2026-01-31); not before the device began to await its disposal.
    type: str
    required: true
  witnesses:
    description: Codes of at least two people who saw it.
    type: list
    elements: str
    required: true
seealso:
  - module: commune.baseline.media_sanitise
  - module: commune.baseline.sanitisation_certificate
  - module: commune.baseline.evidence_verify
"""

EXAMPLES = r"""
- name: Certify that a dead disk was shredded
  commune.baseline.media_destroyed:
    name: old-server
    medium: S3Z9NB0K123456
    technique: shred
    reason: "the medium vanished: No such device"
    order: 12/QD-UBND
    requested_by: van-phong
    destroyed_by: can-bo-cntt
    destroyed_on: 31/01/2026
    witnesses: [ke-toan, van-thu]
    place: Trụ sở UBND xã
    destination: Bàn giao đơn vị xử lý chất thải
    folder: inventories/xa-mau/evidence
"""

RETURN = r"""
certificate:
  description: The certificate, as it is signed.
  type: dict
  returned: success; V(null) if it was recorded before
  sample: {format: commune.baseline.sanitisation/1, order: 12/QD-UBND}
path:
  description: Its file, V(null) in check mode, and if it was recorded before.
  type: str
  returned: success
  sample: inventories/xa-mau/evidence/runs/20261128-080000-sanitisation-9f86d081884c.json
page:
  description: The certificate as a page to print and sign, V(null) where RV(path) is.
  type: str
  returned: success
  sample: inventories/xa-mau/evidence/reports/20261128-080000-sanitisation-9f86d081884c.html
sha256:
  description: SHA-256 of the file, which the register keeps too; V(null) in check mode, and if it was recorded before.
  type: str
  returned: success
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
device:
  description: The device as it stands in the register after the task, with its state.
  type: dict
  returned: success
  sample: {name: old-server, state: sanitised}
version:
  description: How often the record of the device was written; only if its state changed.
  type: int
  returned: when the device became sanitised
  sample: 7
"""
