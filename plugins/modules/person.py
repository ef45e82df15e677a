#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: person
short_description: Record a person who answers for something, or change what the register says of one
version_added: 0.1.0
description:
  - Adds a person to the register of the site, or changes the fields that are named; all others stay. A field that is
    named as null or as empty text is taken away.
  - Nobody is deleted, since the history names them. Who leaves gets O(left_on).
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
  - commune.baseline.register.writing
  - commune.baseline.register.version
  - commune.baseline.register.document
options:
  code:
    description: A short word for the person, which never changes, such as a login or a staff number in quotes.
    type: str
    required: true
  name:
    description:
      - The name as it stands in documents.
      - A new person must have one.
    type: str
  post:
    description: The post that the person holds.
    type: str
  department:
    description: The department in which the person works.
    type: str
  roles:
    description:
      - What the person does for information security, as the catalogue names it; V(chu_tich), V(chu_quan),
        V(don_vi_van_hanh), V(bo_phan_attt), V(phong_vhxh), V(van_phong), V(it_officer), V(nguoi_kiem),
        V(thu_truong), V(cong_an), V(nguoi_dung), V(cap_tren), V(van_phong_tinh_uy) or V(nha_cung_cap).
    type: list
    elements: str
  commitment:
    description: Number of the signed commitment to information security.
    type: str
  started_on:
    description: The first day in the post, such as 31/01/2026 or 2026-01-31.
    type: str
  left_on:
    description: The last day in the post.
    type: str
seealso:
  - module: commune.baseline.device
"""

EXAMPLES = r"""
- name: Record the officer who looks after the computers
  commune.baseline.person:
    code: it01
    name: Cán bộ CNTT
    roles: [it_officer]
    document: 03/QĐ-UBND

- name: The officer leaves the post
  commune.baseline.person:
    code: it01
    left_on: 30/06/2026
"""

RETURN = r"""
person:
  description: The person as recorded after the task, with all fields of the options.
  type: dict
  returned: success
  sample: {code: it01, name: Cán bộ CNTT, roles: [it_officer]}
version:
  description: How often the record was written, which counts up with every change.
  type: int
  returned: success
  sample: 1
faults:
  description: Every fault of the record.
  type: list
  elements: dict
  returned: if the register does not take the record
  contains:
    field:
      description: Which field.
      type: str
      sample: roles[0]
    value:
      description: What stands there, shortened.
      type: str
      sample: "'officer'"
    right:
      description: What would be right.
      type: str
      sample: one of chu_tich, chu_quan, it_officer
    vi:
      description: The whole fault in Vietnamese.
      type: str
      sample: "roles[0]: 'officer': một trong chu_tich, chu_quan, it_officer"
"""
