#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: register_verify
short_description: Find what was changed past the register
version_added: 0.1.0
description:
  - Every change that a verb makes is an event, and each event carries the hash of the one before. This compares the
    chain of events, all records and all runs with each other, and finds whatever was edited, removed, added, moved or
    cut off by other means. It names each place, and fails if there is one.
  - The database itself is compared with what the collection makes, so that a trigger that was removed or switched
    off, or a table, a column or an index that was altered, shows too. On PostgreSQL, the login of the register must be
    able to create a schema for this; it is taken back at once.
  - Who can write the database and knows this code can compute the whole chain anew, or cut its end and correct the
    count. That shows only against a RV(head) that was kept elsewhere, given as O(anchors), or that signed records keep,
    found in O(evidence).
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
  - commune.baseline.register.reading
options:
  anchors:
    description: Heads that earlier verifications or signed evidence kept. The register must still contain each.
    type: list
    elements: dict
    default: []
    suboptions:
      events:
        description: How many events there were.
        type: int
        required: true
      hash:
        description: The hash of the last of them.
        type: str
        required: true
  evidence:
    description:
      - The folder of the evidence, each record of which keeps the head that the register had before its run.
      - M(commune.baseline.evidence_verify) tells whether the records are whole.
    type: path
  fail:
    description: Whether the task fails on a fault. If not, RV(faults) tells.
    type: bool
    default: true
seealso:
  - module: commune.baseline.device_info
  - module: commune.baseline.evidence_verify
"""

EXAMPLES = r"""
- name: Nobody has changed the register past its verbs
  commune.baseline.register_verify:
  register: verified

- name: Nor since the head that the last verification told
  commune.baseline.register_verify:
    anchors:
      - events: 128
        hash: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

- name: Nor since any head that the evidence of runs keeps
  commune.baseline.register_verify:
    evidence: "{{ inventory_dir }}/evidence"
"""

RETURN = r"""
faults:
  description: A sentence for every fault, that says what and where. None if all agrees. In C(msg) in Vietnamese too.
  type: list
  elements: str
  returned: always
  sample: ["device pc-01 was changed past the register: zone"]
head:
  description: What to keep elsewhere, such as on paper, as an anchor of later verifications.
  type: dict
  returned: always
  contains:
    events:
      description: How many events there are.
      type: int
      sample: 128
    hash:
      description: The hash of the last of them.
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""
