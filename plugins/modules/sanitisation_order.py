#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sanitisation_order
short_description: Let the wipe of a device begin under an order
version_added: 0.1.0
description:
  - Looks at the register before anything is wiped, and fails with everything that is against it. Otherwise it notes in
    the history of the device that a wipe begins, once for an order since the device awaits its disposal, and once more
    for other people who go on with it.
  - The device has to be V(pending_disposal), and the register has to know each medium. At least two people have to have
    approved the order in approvals (M(commune.baseline.approval)) that name the device, have an end, and hold today.
    None of them may be who requested or who wipes, and these are two. People who have the same name but for accents,
    case and spaces are taken for one, whatever their codes.
  - What held state secrets is refused, for its media are destroyed (SS-07).
  - Returns the days between which the order holds, for M(commune.baseline.media_sanitise).
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.disposal
  - commune.baseline.register
  - commune.baseline.register.writing
options:
  wiped_by:
    description: Code of the person who wipes.
    type: str
    required: true
  media:
    description: The media, as M(commune.baseline.media_sanitise) takes them.
    type: list
    elements: dict
    required: true
  daily_cap:
    description:
      - On how many devices a wipe may begin on one day, whoever wipes. What began on an earlier day is gone on with.
      - Where the controller failed after this task and before the wipe, the device counts all the same.
    type: int
    default: 10
seealso:
  - module: commune.baseline.media_sanitise
  - module: commune.baseline.sanitisation_certificate
"""

EXAMPLES = r"""
- name: Ask the register
  commune.baseline.sanitisation_order:
    name: old-server
    order: 12/QD-UBND
    requested_by: van-phong
    wiped_by: can-bo-cntt
    media: "{{ order_media }}"
  register: allowed
"""

RETURN = r"""
order:
  description: The order as its approvals tell it.
  type: dict
  returned: success
  contains:
    number:
      description: Its number.
      type: str
      sample: 12/QD-UBND
    dated_on:
      description: The last of the days of its approvals.
      type: str
      sample: "2026-01-31"
    expires_on:
      description: The first of the ends of its approvals.
      type: str
      sample: "2026-12-31"
    approvers:
      description: Codes of the people who approved it.
      type: list
      elements: str
      sample: [chau, dung]
    pending_since:
      description: When the device began to await this disposal, in UTC.
      type: str
      sample: "2026-11-27T07:15:00Z"
    asked_at:
      description: When this task ran, in UTC, by the clock of the controller.
      type: str
      sample: "2026-11-28T01:00:00Z"
device:
  description: The device as it stands in the register.
  type: dict
  returned: success
  sample: {name: old-server, state: pending_disposal}
"""
