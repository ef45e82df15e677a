#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: device_transition
short_description: Take a device from one state of its life to the next
version_added: 0.1.0
description:
  - Changes the state of a device of the register. A step that the life of a device forbids is refused, and the
    message names those that are legal.
  - A device that already is in the state stays as it is, so that a play can be repeated.
  - Into V(in_service) a device comes by a verdict of M(commune.baseline.device_gate) alone, which is kept with its
    C(record).
    It must be the last one since the device was taken into V(hardening), let it in, and be about the serial number,
    class and platform that the register still says.
  - The other way into V(in_service) is an approval, which O(document) names by its number. It names the device in
    C(devices), its C(scope) is V(in_service:) and the reason, it has not expired, and its C(signer) was in office on
    its day and has the role that the catalogue asks for where a system is put into use (C(A-10) of
    C(catalogue/approvals.yml), by 001:9.5), that is V(chu_quan). See M(commune.baseline.approval).
  - A device becomes V(sanitised) when each of its media is certified since it awaits its disposal. One of which the
    register knew no medium since then becomes it only with an approval that names the device and is in force, as
    O(document), and with O(reason), why it has none. A device of the class V(support) needs neither.
  - A device that becomes V(disposed) gives its addresses back to its zone.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
  - commune.baseline.register.writing
  - commune.baseline.register.version
options:
  name:
    description: Name of the device, in any case.
    type: str
    required: true
  state:
    description:
      - The state that it takes. From V(planned) it goes to V(received); from there to V(hardening) or
        V(pending_disposal); from V(hardening) to V(in_service), V(quarantined) or V(in_repair).
      - From V(in_service) it goes to V(quarantined), V(in_repair) or V(pending_disposal). What was V(quarantined) or
        V(in_repair) is taken to V(hardening) before it comes back, into the other of the two, or to
        V(pending_disposal).
      - From V(pending_disposal) it goes to V(sanitised), or back to V(quarantined); what was V(sanitised) is
        V(disposed) or, to be issued again, V(received). V(disposed) is the end.
    type: str
    choices:
      - planned
      - received
      - hardening
      - in_service
      - quarantined
      - in_repair
      - pending_disposal
      - sanitised
      - disposed
    required: true
  document:
    description: Number of the document on which the step rests; it is kept in the history.
    type: str
  reason:
    description: Why, in a sentence. It is added to the note of the device with the day, and so kept in the history.
    type: str
seealso:
  - module: commune.baseline.device
  - module: commune.baseline.device_gate
  - module: commune.baseline.device_info
"""

EXAMPLES = r"""
- name: Take a computer off the network until it is looked at
  commune.baseline.device_transition:
    name: pc-01
    state: quarantined
    document: 15/BB
    reason: Phần mềm diệt mã độc báo động

- name: Take a server into service that the gate has not let in, by an approval with the scope in_service and its reason
  commune.baseline.device_transition:
    name: may-chu-01
    state: in_service
    document: 21/QĐ-UBND
"""

RETURN = r"""
device:
  description: The device as it stands in the register after the task, with its state.
  type: dict
  returned: success
  sample: {name: pc-01, class: workstation, state: quarantined}
version:
  description: How often the record was written, which counts up with every change.
  type: int
  returned: success
  sample: 4
"""
