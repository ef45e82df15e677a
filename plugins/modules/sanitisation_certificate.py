#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sanitisation_certificate
short_description: Certify media that were wiped and verified
version_added: 0.1.0
description:
  - Takes what M(commune.baseline.media_sanitise) and M(commune.baseline.media_verify) returned, and signs a certificate
    of it if nothing is wrong. Otherwise the message names all that is wrong, and nothing is stored.
  - The device has to be V(pending_disposal), and the register has to know its media. At least two people have to have
    approved the order in approvals that hold today (M(commune.baseline.approval), with O(order) as their number and the
    device among their devices). None of them may have requested or wiped; who requested, wiped and verified are three.
  - People who have the same name but for accents, case and spaces are taken for one, whatever their codes.
  - The certificate is a record of the site's evidence in the form of RFC 8785, signed with Ed25519 and chained as all
    are; M(commune.baseline.evidence_verify) finds what was changed later. Its SHA-256 stands in the register, and so
    does an anchor of its bundle.
  - A device of which all media are certified since it awaits its disposal becomes V(sanitised). As long as one is
    missing, no verb can take it there.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.disposal
  - commune.baseline.disposal.certificate
  - commune.baseline.register
  - commune.baseline.register.writing
options:
  wiped_by:
    description: Code of the person who wiped.
    type: str
    required: true
  verified_by:
    description:
      - Code of the person who verified. It may be one of the approvers, and nobody of whom the register knows that he
        requested or wiped under this order before.
    type: str
    required: true
  wiped:
    description: The list C(media) that M(commune.baseline.media_sanitise) returned.
    type: list
    elements: dict
    required: true
  verified:
    description: The list C(media) that M(commune.baseline.media_verify) returned.
    type: list
    elements: dict
    required: true
seealso:
  - module: commune.baseline.media_sanitise
  - module: commune.baseline.media_verify
  - module: commune.baseline.evidence_verify
"""

EXAMPLES = r"""
- name: Certify what was wiped
  commune.baseline.sanitisation_certificate:
    name: old-server
    order: 12/QD-UBND
    requested_by: van-phong
    wiped_by: can-bo-cntt
    verified_by: chanh-van-phong
    wiped: "{{ wiped.media }}"
    verified: "{{ verified.media }}"
    place: Trụ sở UBND xã
    destination: Thanh lý
    folder: inventories/xa-mau/evidence
"""

RETURN = r"""
certificate:
  description: The certificate, as it is signed.
  type: dict
  returned: success
  sample: {format: commune.baseline.sanitisation/1, order: 12/QD-UBND}
path:
  description: Its file, V(null) in check mode.
  type: str
  returned: success
  sample: inventories/xa-mau/evidence/runs/20261128-080000-sanitisation-9f86d081884c.json
page:
  description: The certificate as a page to print and sign, V(null) where RV(path) is.
  type: str
  returned: success
  sample: inventories/xa-mau/evidence/reports/20261128-080000-sanitisation-9f86d081884c.html
sha256:
  description: SHA-256 of the file, which the register keeps too; V(null) in check mode.
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
