#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: evidence_verify
short_description: Find what was changed in a folder of evidence
version_added: 0.1.0
description:
  - Compares the records of runs with their signed bundles, and these with each other, and fails if one was changed,
    removed, moved, added or put back from an earlier time. Every such file is named.
  - Needs the folder and one public key, no network and no private key. It works on a copy elsewhere.
  - That bundles were cut off the end leaves no trace in the folder. Only O(last) shows it, or O(register).
notes:
  - While a run is storing its record, that may be told as one without a bundle.
  - It runs on the controller and needs no connection to the device.
author:
  - commune.baseline contributors (!UNKNOWN)
requirements:
  - the Python libraries cryptography and rfc8785 on the controller
options:
  folder:
    description: The folder of the evidence.
    type: path
    required: true
  public_key:
    description:
      - PEM file of a public key that has signed a bundle of the folder. It proves the bundles before and behind too.
      - Take it from where nobody can change it together with the evidence, not from the folder itself.
    type: path
    required: true
  last:
    description: Digest of a bundle that was the last one at some time and was kept elsewhere; it must still be there.
    type: str
  register:
    description:
      - The register that keeps an anchor of every bundle, a path or a URL; a relative path is one below the folder of
        the inventory. A bundle without its anchor is named, one that is not the anchored one, and an anchor whose
        bundle is not there.
      - If it is left out, the evidence is looked at without a register.
    type: str
attributes:
  check_mode:
    description: Changes nothing in any mode.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
seealso:
  - module: commune.baseline.evidence_rotate
  - module: commune.baseline.register_verify
  - plugin: commune.baseline.evidence
    plugin_type: callback
"""

EXAMPLES = r"""
- name: See whether the evidence is whole
  commune.baseline.evidence_verify:
    folder: /media/usb/evidence
    public_key: /media/safe/public-00000001.pem
    last: d4ff20dfa6e4b5ff3c2b7ac9fd0f0a2cf8a3e9ba4ba7a4a55fd7c1a2b1c4f1f0

- name: See whether it is what the register is anchored to
  commune.baseline.evidence_verify:
    folder: "{{ inventory_dir }}/evidence"
    public_key: /media/safe/public-00000001.pem
    register: register.db
"""

RETURN = r"""
bundles:
  description: How many bundles there are.
  type: int
  returned: if the folder could be read
  sample: 365
last:
  description: Digest of the last bundle, as C(sha256sum) prints it. Keep it elsewhere.
  type: str
  returned: if the folder could be read
  sample: d4ff20dfa6e4b5ff3c2b7ac9fd0f0a2cf8a3e9ba4ba7a4a55fd7c1a2b1c4f1f0
faults:
  description: A sentence for everything that is not as the runs left it.
  type: list
  elements: str
  returned: if the folder could be read
  sample: ["runs/20260131-083000-812.json was changed: it is not what bundle 12 tells of"]
late:
  description: Records that a later run found and signed, since their own was broken off or signed nothing yet.
  type: list
  elements: str
  returned: if the folder could be read
  sample: [20260131-083000-812.json]
elsewhere:
  description: How many bundles of other folders of evidence O(register) has an anchor of, such as one moved away.
  type: int
  returned: if the folder could be read
  sample: 0
unseen:
  description: What could be missing without a trace; null if nothing could.
  type: str
  returned: if the folder could be read
  sample: >-
    whether bundles were cut off at the end cannot be seen from the folder alone: keep the digest of the last one
    elsewhere and give it next time; it is d4ff20dfa6e4b5ff3c2b7ac9fd0f0a2cf8a3e9ba4ba7a4a55fd7c1a2b1c4f1f0 now
"""
