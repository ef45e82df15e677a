#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: device
short_description: Register a device, or change what the register says of it
version_added: 0.1.0
description:
  - Adds a device to the register of the site, or changes the fields that are named; all others stay. A field that is
    named as null or as empty text is taken away.
  - The state of a known device stays; M(commune.baseline.device_transition) takes it further.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
  - commune.baseline.register.writing
  - commune.baseline.register.version
  - commune.baseline.register.document
options:
  name:
    description: Name of the device, which never changes. No two names differ in the case of their letters alone.
    type: str
    required: true
  state:
    description: The state in which the life of a new device begins.
    type: str
    choices: [planned, received]
    default: planned
  class:
    description:
      - What the device is, V(workstation), V(secret_workstation), V(server), V(network_device), V(camera),
        V(printer), V(loudspeaker), V(storage_media), V(mobile_device), V(video_conference), V(projector_av) or
        V(support).
      - A new device must have one.
    type: str
  type:
    description: What it is more exactly, such as a laptop.
    type: str
  platform:
    description: What it runs, V(linux), V(windows), V(ios), V(routeros), V(other) or V(none).
    type: str
  make:
    description: Who made it.
    type: str
  model:
    description: Its model.
    type: str
  serial:
    description: Serial number of its maker, in any case; no two devices have the same.
    type: str
  asset_tag:
    description: Number of the office's asset register, in any case; no two devices have the same.
    type: str
  zone:
    description: The zone of the network in which it lies, one of the site's.
    type: str
  department:
    description: The department that uses it.
    type: str
  location:
    description: Where it stands.
    type: str
  custodian:
    description: Code of the person who answers for it; see M(commune.baseline.person).
    type: str
  system:
    description: The information system that it belongs to.
    type: str
  origin:
    description: Where it came from, such as a purchase.
    type: str
  secrecy:
    description: The highest degree of secrecy of what it may hold.
    type: str
  received_on:
    description: The day it was received, such as 31/01/2026 or 2026-01-31; not in the future.
    type: str
  connected_on:
    description: The day it was first connected; not in the future, and not before O(received_on).
    type: str
  warranty_until:
    description: The last day of its warranty.
    type: str
  note:
    description: What else is to be known, in several lines if need be.
    type: str
  macs:
    description: Its hardware addresses, in any usual form; no two devices have the same.
    type: list
    elements: str
  ips:
    description: Its addresses, each in a network of its zone; no two devices of a zone have the same.
    type: list
    elements: str
  media:
    description: Storage media in it.
    type: list
    elements: dict
    suboptions:
      serial:
        description: Serial number of the medium; no two have the same.
        type: str
        required: true
      kind:
        description: V(hdd), V(ssd), V(nvme), V(flash), V(tape), V(optical) or V(other).
        type: str
        required: true
      model:
        description: Its model.
        type: str
      bytes:
        description: Its size in bytes.
        type: int
  software:
    description: Software on it.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the software.
        type: str
        required: true
      version:
        description: Its version, in quotes.
        type: str
  licences:
    description: Licences that were bought for it.
    type: list
    elements: dict
    suboptions:
      product:
        description: What is licensed.
        type: str
        required: true
      reference:
        description: Number of the licence or of the contract, never the key.
        type: str
      seats:
        description: For how many it holds.
        type: int
      expires_on:
        description: Its last day.
        type: str
seealso:
  - module: commune.baseline.device_info
  - module: commune.baseline.device_transition
"""

EXAMPLES = r"""
- name: Register a computer that was delivered
  commune.baseline.device:
    name: pc-01
    class: workstation
    platform: linux
    serial: 5CG1234ABC
    zone: lan
    macs: ["02:00:00:00:00:01"]
    ips: [10.1.0.11]
    state: received
    received_on: 31/01/2026
    document: 12/BBBG

- name: Move it, unless somebody has changed it since version 3
  commune.baseline.device:
    name: pc-01
    location: Phòng 201
    version: 3
"""

RETURN = r"""
device:
  description: The device as it stands in the register after the task, with all fields of the options and O(state).
  type: dict
  returned: success
  sample: {name: pc-01, class: workstation, state: received}
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
      sample: macs[0]
    value:
      description: What stands there, shortened.
      type: str
      sample: "'01:00:5e:00:00:01'"
    right:
      description: What would be right.
      type: str
      sample: a MAC of one device; this one is for many (multicast)
    vi:
      description: The whole fault in Vietnamese.
      type: str
      sample: "macs[0]: '01:00:5e:00:00:01': địa chỉ MAC của một thiết bị; đây là địa chỉ nhóm (multicast)"
"""
