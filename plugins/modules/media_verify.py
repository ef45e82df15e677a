#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: media_verify
short_description: Read wiped media independently, and tell whether anything is left
version_added: 0.1.0
description:
  - Reads past the cache, by code of its own, and judges every byte that it reads (DC-04).
  - A medium of up to 64 GB is read whole, a larger one at least a tenth of it, both ends and a random place in each of
    many equal parts. The confidence that this gives is told.
  - Looks for the canaries of M(commune.baseline.media_sanitise), for beginnings of files and file systems, and for data
    that is not noise where noise has to be.
  - Fails if anything is left or cannot be read. The journal then says so, and the same order wipes the medium again.
  - Another person than the one who wiped runs it; that is for the register to know.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.media
attributes:
  check_mode:
    description: Reads the same, and keeps nothing in the journal.
    support: full
  diff_mode:
    description: Changes nothing on the media.
    support: none
options:
  expectation:
    description:
      - How the media have to read, V(zeros), V(erased) (one and the same byte all over) or V(noise).
      - Not given, it is what the journal of the wipe says, and V(zeros) without one.
    type: str
    choices: [zeros, erased, noise]
  percent:
    description: How much of a medium of more than 64 GB is read; less than 10 counts as 10.
    type: int
    default: 10
  seed:
    description: Repeats the sample of an earlier verification; not given, the places are new ones.
    type: str
"""

EXAMPLES = r"""
- name: Read what was wiped
  commune.baseline.media_verify:
    media: "{{ order_media }}"
    percent: 25
  become: true
"""

RETURN = r"""
media:
  description: What was seen of each medium, in the order given.
  type: list
  elements: dict
  returned: when all media were found
  contains:
    path:
      description: The device file at this moment.
      type: str
      sample: /dev/sdb
    serial:
      description: Serial number.
      type: str
      sample: S3Z9NB0K123456
    model:
      description: Model.
      type: str
      sample: ST1000DM010-2EP102
    size:
      description: Size in bytes.
      type: int
      sample: 1000204886016
    wwn:
      description: World wide name.
      type: str
      sample: naa.5000c500a1b2c3d4
    began:
      description: When reading began, in UTC by the clock of the device.
      type: str
      sample: "2026-11-28T10:00:00Z"
    ended:
      description: When reading ended, in UTC.
      type: str
      sample: "2026-11-28T10:07:11Z"
    is_clean:
      description: Whether everything that was read is as it has to be.
      type: bool
      sample: true
    is_complete:
      description: Whether reading went on to the end; it ends early when enough is found.
      type: bool
      sample: true
    expectation:
      description: How the medium had to read.
      type: str
      sample: zeros
    checked:
      description: Bytes read.
      type: int
      sample: 100020488601
    percent:
      description: Share of the medium that was read.
      type: float
      sample: 10.0
    confidence:
      description: What this reading proves, in one sentence.
      type: str
      sample: every byte was read
    largest_gap:
      description: Longest stretch of bytes of which nothing was read.
      type: int
      sample: 18874368
    share_found:
      description: Smallest share of the medium, in percent, of scattered remnants found with 99 % confidence.
      type: float
      sample: 0.05
    findings:
      description: Ranges that are not as they have to be, at most 200.
      type: list
      elements: dict
      contains:
        first:
          description: First byte.
          type: int
          sample: 67108864
        length:
          description: Length in bytes.
          type: int
          sample: 1048576
        what:
          description: What it looks like.
          type: str
          sample: a canary
    unreadable:
      description: Ranges that cannot be read, each as first byte and length.
      type: list
      elements: list
      sample: []
    canaries:
      description: Canaries found.
      type: int
      sample: 0
    seed:
      description: What repeats the sample.
      type: str
      sample: 5f0c1a2b3c4d5e6f
    seconds:
      description: How long it took.
      type: float
      sample: 431.2
    mb_per_s:
      description: Speed in 10^6 bytes per second.
      type: float
      sample: 232.1
    reason:
      description: Why the medium is not clean; empty if it is.
      type: str
      sample: ""
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.commune.baseline.plugins.module_utils._media import verification
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import MediaError
from ansible_collections.commune.baseline.plugins.module_utils._media.order import MEDIA, wanted_of
from ansible_collections.commune.baseline.plugins.module_utils._policy import language


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "media": MEDIA,
            "expectation": {"type": "str", "choices": ["zeros", "erased", "noise"]},
            "percent": {"type": "int", "default": 10},
            "seed": {"type": "str"},
        },
        supports_check_mode=True,
    )
    language.keep_to_english()
    try:
        module.exit_json(**_run(module))
    except MediaError as error:
        module.fail_json(msg=f"nothing was verified: {error}")


def _run(module: AnsibleModule) -> dict[str, t.Any]:
    how = verification.How(
        **{name: module.params[name] for name in ("expectation", "percent", "seed")}, keep=not module.check_mode
    )
    seen = verification.verify_all(wanted_of(module.params["media"]), how)
    faulty = [f"{one['path']} {one['serial']}: {one['reason']}" for one in seen if not one["is_clean"]]
    said = [f"{one['path']} {one['serial']}: {one['confidence']}" for one in seen if one["is_clean"]]
    return {"changed": False, "failed": bool(faulty), "media": seen, "msg": "; ".join(faulty or said)}


if __name__ == "__main__":
    main()
