#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: policy
short_description: Check and enforce the rows of roles on a device, in one call
version_added: 0.1.0
description:
  - Collects the rows of the roles, resolves their knobs, hands all of them to the engine of the device's platform in
    one call, and returns the state of every control.
  - Audit, check mode, enforcement and verification are the same code. Run it with C(--check) to audit.
  - Knobs are role defaults. Inventory, play and extra variables win over them; parameters given to a role do not reach
    a call that names several roles.
  - Rows that can cut the connection are written after all others. The device takes them back by itself unless a new
    login succeeds in time; then their rows fail and say so.
  - Reads the site's decisions from these variables of the host. C(baseline_device_class) (V(workstation), V(server),
    V(network_device), V(printer), V(camera), V(loudspeaker) or V(secret_workstation)) decides about rows that hold
    for some classes only. C(baseline_only) is a list of controls or rows; all others are left out.
    C(baseline_revert_seconds) is the time for the new login, 60 seconds if not set, at least 10.
    C(baseline_exceptions) is a list of dictionaries with C(control), perhaps C(row), C(device) or C(group),
    C(reason), C(approver), C(document) and C(expires) (a date such as 2027-01-31). What an exception covers is looked
    at and left alone. One that lacks a field or has expired stops the run before the device is touched.
    C(baseline_change) is the approved change that the run belongs to, a dictionary with C(id), C(reason),
    C(requester) and C(approver), usually given with C(-e @change.yml). Where C(baseline_change_required) is V(true), a
    run that is not in check mode and does not have all four is refused before the device is touched.
  - Rows about the firewall between the zones hold for the devices that C(zone_firewalls) of the zone model names, the
    file C(group_vars/all/zones.yml) beside the inventory. A fault in it stops the run before the device is touched.
    Their rules are proven against the model before they are loaded and after.
  - Password hashes and private keys that it recognises in what a device shows are replaced by C(***).
author:
  - commune.baseline contributors (!UNKNOWN)
attributes:
  check_mode:
    description: Reports the same states and changes nothing.
    support: full
  diff_mode:
    description: Shows the value of every row that changed or would change.
    support: full
options:
  roles:
    description: Roles of this collection whose rows are used; all that have rows for the platform if left out.
    type: list
    elements: str
  platform:
    description:
      - Platform of the device. If left out, it is that of the register; else V(windows) for the connections C(psrp) and
        C(winrm) and for a shell of Windows, and V(linux) for all others.
      - Windows is proven on a simulated machine only.
    type: str
    choices: [linux, windows]
  fail_on:
    description:
      - The task fails if a control of this priority or a higher one fails or could not be assessed.
      - If left out, the variable C(baseline_fail_on) of the host says it, else it is V(must).
      - RV(controls) is returned in any case.
    type: str
    choices: [must, should, could, never]
seealso:
  - module: commune.baseline.linux_policy
"""

EXAMPLES = r"""
- name: Check and correct all rows
  commune.baseline.policy:
  become: true

- name: Look at the rows of all roles
  commune.baseline.policy:
    fail_on: never
  check_mode: true
  become: true
  register: looked_at

- name: Name the rows that fail
  ansible.builtin.debug:
    msg: >-
      {{ looked_at.controls | map(attribute='rows') | map('from_json') | flatten | selectattr('state', 'eq', 'fail')
      | map(attribute='id') }}

- name: Check and correct the rows of one role
  commune.baseline.policy:
    roles: [session_lock]
    fail_on: never
  become: true
"""

RETURN = r"""
run:
  description:
    - Id of the run, the same for all devices and tasks of it.
    - The playbook C(commune.baseline.rollback) takes back what the run changed.
  type: str
  returned: always, once the rows were read on the device
  sample: 20261121-234501-2178
check_mode:
  description: Whether the rows were only looked at.
  type: bool
  returned: always, once the rows were read on the device
  sample: false
device_class:
  description: C(baseline_device_class) of the device.
  type: str
  returned: always, once the rows were read on the device; null if it is not set
  sample: server
scope:
  description: How far the run looked at the device.
  type: dict
  returned: always, once the rows were read on the device
  contains:
    only:
      description: C(baseline_only) of the device; empty if all rows were looked at.
      type: list
      elements: str
      sample: [AC-08]
    roles:
      description: O(roles), empty if all roles were looked at.
      type: list
      elements: str
      sample: [session_lock]
    baseline:
      description: The number of rows that all roles have for the platform.
      type: int
      sample: 312
    unneeded:
      description: Exceptions in force for rows of which none needs one, as C(baseline_exceptions) gives them.
      type: list
      elements: dict
      sample: []
change:
  description: The change that the run belongs to, null if none was given.
  type: dict
  returned: always, once the rows were read on the device
  contains:
    id:
      description: Its number.
      type: str
      sample: 07/2026
    reason:
      description: Why it is made.
      type: str
      sample: Quarterly check
    requester:
      description: Who asked for it.
      type: str
      sample: Head of the office
    approver:
      description: Who approved it.
      type: str
      sample: Chairman of the commune
controls:
  description: Every control that the rows serve, by id.
  type: list
  elements: dict
  returned: always, once the rows were read on the device
  contains:
    control:
      description: Id of the control in the catalogue.
      type: str
      sample: AC-08
    title:
      description: Title by language, C(vi) and C(en).
      type: dict
      sample: {vi: Khóa màn hình sau 10 phút không sử dụng, en: Screen/session lock after 10 minutes idle}
    priority:
      description: V(must), V(should) or V(could).
      type: str
      sample: must
    clauses:
      description: Codes of the clauses that demand it, regulation first.
      type: list
      elements: str
      sample: ["001:19.1.c"]
    parts:
      description:
        - What the control consists of, which is its parameters and those of its clauses that no parameter expresses.
        - The page C(docs/coverage.md) says which of them rows serve.
      type: list
      elements: str
      sample: [screen_lock_minutes, password_on_resume, console_timeout_seconds]
    looked_at:
      description: Parts of which a row saw on this device what is true; its state says nothing about the others.
      type: list
      elements: str
      sample: [console_timeout_seconds]
    state:
      description: State of its worst row, V(fail), V(not_assessed), V(excepted), V(pass) or V(not_applicable).
      type: str
      sample: pass
    rows:
      description:
        - The observations of its rows as JSON text, of which C(from_json) makes a list; they are what
          M(commune.baseline.linux_policy) returns.
        - Ansible copies a result again and again, value by value, which costs more than looking at a device does.
        - C(parameter), C(path) and C(compare) come with each, C(why) and C(fix) (one sentence each in C(vi) and C(en))
          where a row fails or could not be assessed, C(exception) where it is excepted.
      type: str
      sample: >-
        [{"id": "LNX-SHELL-TMOUT", "control": "AC-08", "kind": "option", "state": "pass", "desired": 600,
        "before": null, "after": "600", "where": "/etc/profile.d/zz-commune-baseline.sh:2", "reason": null,
        "changed": true, "would_change": false, "compare": "<=", "parameter": "console_timeout_seconds",
        "path": "/etc/profile.d/zz-commune-baseline.sh"}]
"""
