#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: device_info
short_description: Tell what the register knows of devices
version_added: 0.1.0
description:
  - Returns the devices of the register that have all the wanted values, by name; without any, all devices, the disposed
    ones too. If there is none, the list is empty.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
  - commune.baseline.register.reading
options:
  name:
    description: Name of the device, in any case.
    type: str
  mac:
    description: One of its hardware addresses, in any usual form.
    type: str
  serial:
    description: Its serial number, in any case.
    type: str
  asset_tag:
    description: Its number in the office's asset register, in any case.
    type: str
  state:
    description: Its state, see M(commune.baseline.device_transition).
    type: str
    choices: [planned, received, hardening, in_service, quarantined, in_repair, pending_disposal, sanitised, disposed]
  class:
    description: What it is.
    type: str
    choices:
      - workstation
      - secret_workstation
      - server
      - network_device
      - camera
      - printer
      - loudspeaker
      - storage_media
      - mobile_device
      - video_conference
      - projector_av
      - support
  zone:
    description: The zone in which it lies, one of the site's.
    type: str
  department:
    description: The department that uses it, as it is written in the register.
    type: str
  custodian:
    description: Code of the person who answers for it.
    type: str
  history:
    description: Also tell everything that happened to each of them.
    type: bool
    default: false
seealso:
  - module: commune.baseline.device
"""

EXAMPLES = r"""
- name: Which devices are being set up?
  commune.baseline.device_info:
    state: hardening
  register: found

- name: Whose address is that, and what happened to the device?
  commune.baseline.device_info:
    mac: 02-00-00-00-00-01
    history: true
"""

RETURN = r"""
devices:
  description: The devices found, each with all fields of M(commune.baseline.device) and those below.
  type: list
  elements: dict
  returned: success
  contains:
    name:
      description: Name of the device.
      type: str
      sample: pc-01
    state:
      description: Its state.
      type: str
      sample: received
    version:
      description: How often its record was written.
      type: int
      sample: 2
    next_states:
      description: The states to which it can go from there.
      type: list
      elements: str
      sample: [hardening, pending_disposal]
    history:
      description: Its events, oldest first.
      type: list
      elements: dict
      returned: if O(history=true)
      contains:
        number:
          description: Number of the event in the whole register.
          type: int
          sample: 7
        at:
          description: When it was recorded, in UTC.
          type: str
          sample: "2026-01-31T08:00:00Z"
        who:
          description: The login that recorded it.
          type: str
          sample: it01
        verb:
          description: What was done, V(add), V(change) or V(transition).
          type: str
          sample: transition
        document:
          description: Number of the document on which it rests.
          type: str
          sample: 12/BBBG
        before:
          description: The fields that changed, as they were.
          type: dict
          sample: {state: planned}
        after:
          description: The fields that changed, as they are since.
          type: dict
          sample: {state: received}
        edited:
          description:
            - Whether the event was edited past the register. Of one that was, RV(devices[].history[].before) and
              RV(devices[].history[].after) may be empty, and M(commune.baseline.register_verify) tells more.
          type: bool
          sample: false
faults:
  description: Every wanted value that cannot be.
  type: list
  elements: dict
  returned: if there is one
  contains:
    field:
      description: Which option.
      type: str
      sample: mac
    value:
      description: What stands there, shortened.
      type: str
      sample: "'02:00'"
    right:
      description: What would be right.
      type: str
      sample: a MAC such as aa:bb:cc:dd:ee:ff, AA-BB-CC-DD-EE-FF, aabb.ccdd.eeff or aabbccddeeff
    vi:
      description: The whole fault in Vietnamese.
      type: str
      sample: "mac: '02:00': địa chỉ MAC như aa:bb:cc:dd:ee:ff, AA-BB-CC-DD-EE-FF, aabb.ccdd.eeff hoặc aabbccddeeff"
"""
