#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: approval
short_description: Record an approval, or change what the register says of it
version_added: 0.1.0
description:
  - Keeps what somebody with the right to do so has agreed to in writing, and for which devices.
  - An approval is known by its number, its date and its subject together, and these never change. Other fields that
    are named are changed, all others stay. A field that is named as null or as empty text is taken away.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
  - commune.baseline.register.writing
  - commune.baseline.register.version
options:
  number:
    description: Number of the document, as it stands on it.
    type: str
    required: true
  dated_on:
    description: The day of the document, such as 31/01/2026 or 2026-01-31; not in the future.
    type: str
    required: true
  subject:
    description: What it agrees to.
    type: str
    required: true
  signer:
    description:
      - Code of the person who signed it; see M(commune.baseline.person).
      - A new approval must have one.
    type: str
  scope:
    description:
      - For what it holds and under which conditions, in several lines if need be.
      - As a list of nothing but ids of controls, such as V(AC-06, PT-03), it accepts at M(commune.baseline.device_gate)
        that nothing looks at them yet.
      - As V(in_service:) and a reason, it lets the devices into service without that gate, if the step names it; see
        M(commune.baseline.device_transition).
    type: str
  expires_on:
    description: The last day on which it holds.
    type: str
  devices:
    description: Names of the devices that it concerns, as the register holds them.
    type: list
    elements: str
seealso:
  - module: commune.baseline.device
  - module: commune.baseline.baseline_exception
  - module: commune.baseline.person
"""

EXAMPLES = r"""
- name: Record that the chairman agreed to a server
  commune.baseline.approval:
    number: 12/QĐ-UBND
    dated_on: 31/01/2026
    subject: Đưa máy chủ vào sử dụng
    signer: ct01
    devices: [may-chu-01]
"""

RETURN = r"""
approval:
  description: The approval as it stands in the register after the task, with all fields of the options.
  type: dict
  returned: success
  sample: {number: 12/QĐ-UBND, dated_on: "2026-01-31", signer: ct01, devices: [may-chu-01]}
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
      sample: devices[0]
    value:
      description: What stands there, shortened.
      type: str
      sample: "'pc-9'"
    right:
      description: What would be right.
      type: str
      sample: the register knows no device of this name
    vi:
      description: The whole fault in Vietnamese.
      type: str
      sample: "devices[0]: 'pc-9': sổ thiết bị không có thiết bị tên này"
"""
