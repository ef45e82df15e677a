#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: zones_plan
short_description: Tell what would change on the firewall, in words
version_added: 0.1.0
description:
  - Compares the zone model of the site with a former model, or with what a Linux firewall has, and names every flow
    that would be added, removed, or treated otherwise (its limits, its log, its translation). Vietnamese comes first,
    English second.
  - Both sides are compared by what they do with every packet, not by the text of their rules. Rules that say the same
    in another way are no change.
  - Policies that have expired, and those that expire within 30 days, are named.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.zones
options:
  before:
    description: File of a former zone model. Either this or O(ruleset) is given.
    type: path
  ruleset:
    description:
      - What the firewall has, as C(nft -n -j list ruleset) answers. Only the table C(commune_zones) is judged; others
        are named.
      - Devices that the register says are quarantined are kept apart, as they will be when the model is applied.
      - A ruleset that holds what cannot be judged is refused; the message names the rule.
    type: raw
  day:
    description: The day for which the plan is made, as C(2026-12-31). Without it, today.
    type: str
seealso:
  - module: commune.baseline.zones_diagram
"""

EXAMPLES = r"""
- name: What would change from the model of last month
  commune.baseline.zones_plan:
    before: zones-2026-10.yml
  register: planned

- name: Show it
  ansible.builtin.debug:
    msg: "{{ planned.text }}"
"""

RETURN = r"""
text:
  description: The lines to show, each sentence in Vietnamese and then in English.
  type: list
  elements: str
  returned: success
  sample:
    - "Thêm 1, bỏ 0, đổi 0."
    - "  Added 1, removed 0, changed 0."
plan:
  description: The same for programs.
  type: dict
  returned: success
  contains:
    differs:
      description: Whether anything would change.
      type: bool
      sample: true
    first:
      description: Whether the firewall has no table of this project yet.
      type: bool
      sample: false
    flows:
      description:
        - One entry for each flow, with C(kind) (C(added), C(removed), C(changed)), C(hook), C(from), C(to),
          C(services), C(families), C(policy), and the sentences C(vi) and C(en).
        - An end has a C(zone) (or C(internet), C(firewall)), C(names) (hosts, addresses and ranges in it; none mean
          the whole zone), C(without) (hosts that are left out) and C(interfaces) (none mean all that lead there).
      type: list
      elements: dict
      sample:
        - kind: added
          hook: forward
          from: [{zone: lan, names: [], without: [], interfaces: []}]
          to: [{zone: server, names: [may-chu-tep], without: [], interfaces: []}]
          services: [{name: smb, ports: [tcp/445]}]
          families: [4, 6]
          policy: noi-bo-dung-may-chu
          vi: "Thêm: từ vùng lan (Mạng nội bộ) đến vùng server (Máy chủ), chỉ may-chu-tep, dịch vụ smb (tcp/445)"
          en: "Added: from zone lan to zone server, only may-chu-tep, service smb (tcp/445)"
    expired:
      description: Policies that hold no more, each with C(name), C(reason), C(approval) and C(expires).
      type: list
      elements: dict
      sample: []
    expiring:
      description: Policies that expire within 30 days, in the same form.
      type: list
      elements: dict
      sample: []
    other_tables:
      description: Tables of the firewall that are not ours.
      type: list
      elements: str
      sample: [ip docker]
"""
