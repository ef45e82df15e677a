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
    are; M(commune.baseline.evidence_verify) finds what was changed later. Its SHA-256 stands in the register, so that
    the register's chain of events anchors it.
  - A device of which all media are certified since it awaits its disposal becomes V(sanitised). As long as one is
    missing, no verb can take it there.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
  - commune.baseline.register.writing
requirements:
  - the Python libraries cryptography and rfc8785 on the controller
options:
  name:
    description: Name of the device, in any case.
    type: str
    required: true
  order:
    description: Number of the order, the same as the media were wiped under.
    type: str
    required: true
  requested_by:
    description: Code of the person who asked for the disposal.
    type: str
    required: true
  wiped_by:
    description: Code of the person who wiped.
    type: str
    required: true
  approver_roles:
    description: The roles of which each approver needs one, as the site's rules on public assets name them (DC-02).
    type: list
    elements: str
    choices:
      - chu_tich
      - chu_quan
      - don_vi_van_hanh
      - bo_phan_attt
      - phong_vhxh
      - van_phong
      - it_officer
      - nguoi_kiem
      - thu_truong
      - cong_an
      - nguoi_dung
      - cap_tren
      - van_phong_tinh_uy
      - nha_cung_cap
    default: [cap_tren, chu_tich, chu_quan, thu_truong]
  verified_by:
    description: Code of the person who verified. It may be one of the approvers.
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
  place:
    description: Where the media were wiped.
    type: str
    required: true
  destination:
    description: What becomes of the device, such as being issued again, sold or destroyed.
    type: str
    required: true
  folder:
    description: The folder of the site's evidence.
    type: path
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
  sample: inventories/xa-mau/evidence/runs/20261128-080000-sanitisation-0f3a5b7c9d1e.json
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
