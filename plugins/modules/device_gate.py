#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: device_gate
short_description: Tell whether a device may go into service
version_added: 0.1.0
description:
  - Judges a device of the register by every control of priority V(must) that the catalogue demands of its class and
    that is, among other kinds or alone, of kind V(enforce) or V(check), part by part. The task fails as long as one
    thing stands open, and says each.
  - A row that fails, or that could not be assessed, stands open whatever was approved. So does a row that the
    verification does not show. An exception that is in force meets its row.
  - A part that no row looked at, because there is none yet or because it has no meaning on this device, is V(not yet).
    An approval of the register accepts that. It names the device in C(devices), its C(scope) is a list of the ids of
    controls and nothing else (such as C(AC-08, PT-01)), it has not expired, and its C(signer) was in office on its day
    and has a role that the catalogue asks for where a risk is accepted (C(A-12) of C(catalogue/approvals.yml), by
    001:21.3.b), that is V(thu_truong) or V(chu_tich). See M(commune.baseline.approval).
  - ER-02, which asks that a device be hardened before it is connected, is what this task itself answers; its rows
    count like all others, and nobody need accept its other parts.
  - A class of which nothing is demanded does not come in by that.
  - A serial number that is not that of the register keeps the gate shut. Case does not matter. A maker's filler, such
    as C(To be filled by O.E.M.), C(None) or C(Not Specified), counts as none; without a number on one of both sides
    they are not compared, which is told and keeps nothing shut.
  - It changes nothing of the device, whose way into service M(commune.baseline.device_transition) is; that asks for a
    verdict which was kept with O(record).
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
options:
  name:
    description: Name of the device.
    type: str
    required: true
  verification:
    description:
      - The whole result of M(commune.baseline.policy) on this device, of all its roles. What it does not show could not
        be assessed. It must have judged the device as of the class that the register says.
      - Of a device that did not answer, it is the result that says so (C(unreachable)).
      - It is left out for a device that no engine reaches, such as a printer.
    type: dict
    default: {}
  serial:
    description: The serial number that the device shows, such as the fact C(ansible_product_serial).
    type: str
  record:
    description: Keep the verdict in the history of the device, unless it is what was said last in this enrolment.
    type: bool
    default: false
attributes:
  check_mode:
    description: It finds the same, and keeps nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
seealso:
  - module: commune.baseline.device
  - module: commune.baseline.device_transition
  - module: commune.baseline.policy
"""

EXAMPLES = r"""
- name: Verify the device
  commune.baseline.policy:
  check_mode: true
  ignore_errors: true # the gate judges it
  register: verified

- name: Tell whether it may go into service
  commune.baseline.device_gate:
    name: "{{ inventory_hostname }}"
    verification: "{{ verified }}"
    serial: "{{ ansible_facts.product_serial }}"
    record: true
"""

RETURN = r"""
opens:
  description: Whether the device may go into service.
  type: bool
  returned: once it was judged
  sample: false
open:
  description: What keeps the gate shut; empty if it opens.
  type: list
  elements: dict
  returned: once it was judged
  contains: &open
    state:
      description: V(fail), V(not_assessed), V(not yet) or, where the class has no demands, V(no demands).
      type: str
      sample: not yet
    control:
      description: Id of the control; null where the class has no demands.
      type: str
      sample: AC-08
    part:
      description: Which parameter or clause of the control.
      type: str
      sample: idle_minutes
    row:
      description: Id of the row; null where no row looked at the part.
      type: str
      sample: DT-04-lock-delay
accepted:
  description: What is V(not yet) and was accepted by an approval.
  type: list
  elements: dict
  returned: once it was judged
  contains: *open
serial:
  description: What the comparison of the serial numbers came to.
  type: dict
  returned: once it was judged
  contains:
    compared:
      description: V(same), V(different) or V(not compared).
      type: str
      sample: same
    vi:
      description: The same in Vietnamese words.
      type: str
      sample: số sê-ri 'SN-1' đúng với sổ thiết bị
    en:
      description: The same in English words.
      type: str
      sample: serial number 'SN-1' is that of the register
verdict:
  description: The verdict, with a line for each reason.
  type: dict
  returned: once it was judged
  contains:
    vi:
      description: In Vietnamese.
      type: str
      sample: pc-01 đủ điều kiện đưa vào sử dụng
    en:
      description: In English.
      type: str
      sample: pc-01 may go into service
msg:
  description: The verdict, with a line for each reason; in Vietnamese, then in English.
  type: str
  returned: always
  sample: |-
    pc-01 đủ điều kiện đưa vào sử dụng
    pc-01 may go into service
"""
