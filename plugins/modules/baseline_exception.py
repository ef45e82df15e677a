#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: baseline_exception
short_description: Record what a device or a group need not meet until a day
version_added: 0.1.0
description:
  - Adds an exception to the register of the site, or changes the fields that are named; all others stay. A field that
    is named as null or as empty text is taken away.
  - O(control), O(row), O(device), O(group) and O(document) together say which exception it is and never change.
  - The inventory of the register gives it to the devices, and what it covers is reported as excepted, not as passed.
    It ends after O(expires), or at once with O(withdrawn_on); nothing is deleted.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
  - commune.baseline.register.writing
  - commune.baseline.register.version
options:
  control:
    description: Id of the control, such as SV-02. A new exception must name one that the catalogue has.
    type: str
    required: true
  row:
    description: Id of one row of the control. Without it, the exception is for the whole control.
    type: str
  device:
    description: Name of the device. An exception is for either a device or a group.
    type: str
  group:
    description: Name of the group of the inventory.
    type: str
  reason:
    description:
      - Why it cannot be met.
      - A new exception must have one.
    type: str
  approver:
    description:
      - Who approved it, by post.
      - A new exception must have one.
    type: str
  document:
    description: Number of the document that was signed.
    type: str
    required: true
  expires:
    description:
      - The last day on which it counts, such as 31/01/2027 or 2027-01-31; not past.
      - A new exception must have one.
    type: str
  withdrawn_on:
    description: The day on which it was withdrawn; not in the future.
    type: str
seealso:
  - module: commune.baseline.approval
  - module: commune.baseline.policy
"""

EXAMPLES = r"""
- name: A server may keep a service until its scanner is replaced
  commune.baseline.baseline_exception:
    control: SV-02
    row: LNX-SERVICE-rpcbind
    device: may-chu-01
    reason: Máy quét cũ lưu ảnh qua NFS
    approver: Chủ tịch UBND
    document: 12/QĐ-UBND
    expires: 31/01/2027

- name: The scanner is replaced
  commune.baseline.baseline_exception:
    control: SV-02
    row: LNX-SERVICE-rpcbind
    device: may-chu-01
    document: 12/QĐ-UBND
    withdrawn_on: 15/06/2026
"""

RETURN = r"""
baseline_exception:
  description: The exception as it stands in the register after the task, with all fields of the options.
  type: dict
  returned: success
  sample: {control: SV-02, device: may-chu-01, document: 12/QĐ-UBND, expires: "2027-01-31"}
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
      sample: expires
    value:
      description: What stands there, shortened.
      type: str
      sample: "'2020-01-31'"
    right:
      description: What would be right.
      type: str
      sample: a day that is not past
    vi:
      description: The whole fault in Vietnamese.
      type: str
      sample: "expires: '2020-01-31': một ngày chưa qua"
"""
