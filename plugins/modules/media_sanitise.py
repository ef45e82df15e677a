#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: media_sanitise
short_description: Wipe exactly the media that an order names
version_added: 0.1.0
description:
  - Finds each medium by serial number, model, size and WWN, never by a name such as C(sda), and checks all of them
    before the first is written to. If one does not fit, nothing at all is written.
  - Refuses whatever is mounted in any namespace, swapped to, opened by a process, held by LVM, RAID, ZFS or LUKS,
    read-only, of size 0, or found twice. Refuses to run on the controller.
  - Takes the best technique that reaches the level, and the next one if the drive refuses or fails. What a drive
    reports is not believed; its own state is read, and canaries that were planted before must be gone.
  - Overwrites past the cache, all media at once. A journal on the device lets it go on after a power cut; run it with
    C(async), and it goes on without the network too. M(commune.baseline.media_info) shows how far it is.
  - A medium that this order has wiped already is left alone. Wiped is not verified, which is for
    M(commune.baseline.media_verify) and another person.
  - Needs root, and C(wipefs); for the drives' own commands C(hdparm), C(sg_sanitize) and C(nvme).
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.media
attributes:
  check_mode:
    description: Makes all checks and tells exactly what would be wiped and how long it would take.
    support: full
  diff_mode:
    description: Shows the plan.
    support: full
options:
  order:
    description: Number of the document that approves the sanitisation.
    type: str
    required: true
  dated_on:
    description: Date of the order, such as V(2026-11-28). A device whose clock is before it is refused.
    type: str
    required: true
  expires_on:
    description: Last day on which the order is in force, such as V(2026-12-31).
    type: str
    required: true
  pending_since:
    description:
      - When the device began to await its disposal, in UTC, such as V(2026-11-28T08:00:00Z). What this order wiped
        before counts for nothing, and a device whose clock is before it is refused.
      - Not given, a wipe for an earlier disposal under the same order counts as done here, and is not certified later.
    type: str
  asked_at:
    description:
      - When the register was asked, in UTC by the clock of the controller. A device whose clock is more than 5 minutes
        ahead of it is refused. Not given, that shows only when the wipe is to be certified.
    type: str
  controller:
    description: The machine-id(5) of the controller, which is never wiped.
    type: str
    required: true
  level:
    description:
      - V(purge) withstands a laboratory, V(clear) the medium's own interface (NIST SP 800-88 Rev. 2).
      - Where nothing reaches the level, the medium is left as it is, and destroying it is proposed.
    type: str
    choices: [clear, purge]
    default: purge
  allow_format:
    description: Whether Format NVM with an erasure will do at the level V(clear) where Sanitize is missing or fails.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Wipe the disk of a PC that will be sold
  commune.baseline.media_sanitise:
    order: 12/QD-UBND
    dated_on: "2026-11-20"
    expires_on: "2026-12-31"
    pending_since: "{{ allowed.order.pending_since }}"
    asked_at: "{{ allowed.order.asked_at }}"
    controller: "{{ lookup('ansible.builtin.file', '/etc/machine-id') }}"
    media:
      - serial: S3Z9NB0K123456
        model: ST1000DM010-2EP102
        size: 1000204886016
        wwn: naa.5000c500a1b2c3d4
        typed_serial: "{{ typed_serial }}"
  become: true
  async: 86400
  poll: 30
"""

RETURN = r"""
plan:
  description: What was to be done to each medium, in the order given.
  type: list
  elements: dict
  returned: success
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
    kind:
      description: Kind of the medium, as M(commune.baseline.media_info) tells it.
      type: str
      sample: hdd
    technique:
      description: What is tried first; V(destroy) if nothing reaches the level.
      type: str
      sample: ata-sanitize-block
    level:
      description: The level it reaches.
      type: str
      sample: purge
    then:
      description: What is tried next if the drive refuses or fails.
      type: list
      elements: str
      sample: [ata-security-erase-enhanced]
    left_out:
      description: Why other techniques are not used.
      type: list
      elements: str
      sample: []
    seconds:
      description: About how long it takes, V(null) if that is unknown.
      type: int
      sample: 5500
    is_done:
      description: Whether this order has wiped the medium already.
      type: bool
      sample: false
media:
  description: What became of each medium, in the order given; not in check mode.
  type: list
  elements: dict
  returned: when nothing was refused
  contains:
    state:
      description: V(wiped) or V(failed). Wiped is not verified.
      type: str
      sample: wiped
    order:
      description: Number of the order.
      type: str
      sample: 12/QD-UBND
    identity:
      description: Identity of the medium when the wiping began.
      type: dict
      sample: {"serial": "S3Z9NB0K123456", "model": "ST1000DM010-2EP102", "size": 1000204886016, "wwn": ""}
    technique:
      description: The technique that was tried last.
      type: str
      sample: overwrite
    level:
      description: The level that it reaches.
      type: str
      sample: clear
    expectation:
      description: How the medium has to read now, V(zeros), V(erased) (the same byte all over) or V(noise).
      type: str
      sample: zeros
    attempts:
      description: Techniques that the drive refused or that failed, each with its reason.
      type: list
      elements: dict
      sample: []
    bad:
      description: Ranges that an overwrite could not write, each as first byte and length.
      type: list
      elements: list
      sample: []
    started:
      description: When it began, in UTC.
      type: str
      sample: "2026-11-28T08:00:00Z"
    finished:
      description: When it was wiped, in UTC.
      type: str
      sample: "2026-11-28T09:31:00Z"
    reason:
      description: Why it failed.
      type: str
      sample: "the medium vanished: No such device"
    next:
      description: V(destroy) where nothing else is left.
      type: str
      sample: destroy
"""

import datetime
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.commune.baseline.plugins.module_utils._media import interlock, journal, plan, sanitise
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import MediaError
from ansible_collections.commune.baseline.plugins.module_utils._media.order import (
    MEDIA,
    date_of,
    moment_of,
    wanted_of,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy import language


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "order": {"type": "str", "required": True},
            "dated_on": {"type": "str", "required": True},
            "expires_on": {"type": "str", "required": True},
            "pending_since": {"type": "str"},
            "asked_at": {"type": "str"},
            "controller": {"type": "str", "required": True},
            "media": MEDIA,
            "level": {"type": "str", "choices": ["clear", "purge"], "default": "purge"},
            "allow_format": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    language.keep_to_english()
    try:
        module.exit_json(**_run(module))
    except MediaError as error:
        module.fail_json(msg=f"nothing was wiped: {error}")


def _run(module: AnsibleModule) -> dict[str, t.Any]:
    params = module.params
    dates = (date_of(params, "dated_on"), date_of(params, "expires_on"))
    moments = (moment_of(params, "pending_since"), moment_of(params, "asked_at"))
    now = datetime.datetime.now(datetime.timezone.utc)
    interlock.check_machine(params["controller"])
    interlock.check_dates(*dates, now.date())
    interlock.check_clock(*moments, now)
    order = sanitise.Order(params["order"], params["level"], params["allow_format"], params["pending_since"] or "")
    jobs = sanitise.jobs(order, wanted_of(params["media"]))
    plans = [plan.planned(job) for job in jobs]
    text = "".join(f"{plan.sentence(one)}\n" for one in plans)
    result = {"changed": any(not job.is_done for job in jobs), "plan": plans, "diff": {"prepared": text}, "msg": text}
    if module.check_mode:
        return result
    media = sanitise.carry_out(order, jobs)
    failed = [f"{one['identity']['serial']}: {one['reason']}" for one in media if one["state"] != journal.WIPED]
    return {**result, "media": media, "failed": bool(failed), "msg": "; ".join(failed) or text}


if __name__ == "__main__":
    main()
