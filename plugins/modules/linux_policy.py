#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: linux_policy
short_description: Check and enforce all rows of a Linux device in one call
version_added: 0.1.0
description:
  - Reads every row on the device and compares it with the desired value.
  - Unless in check mode, corrects what fails and reads it again.
  - A row with a probe asks the program itself, a login shell for example, as the user nobody.
  - Only M(commune.baseline.policy) can call this module, for it brings the engine along; playbooks call that one.
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
  engine:
    description: The engine's sources in one parcel (JSON, bzip2, base64), which is imported without touching the disk.
    type: str
    required: true
  rows:
    description:
      - The rows in one parcel, each a dictionary with C(id), C(control), C(kind), C(desired), C(compare) and the fields
        of its kind.
    type: str
    required: true
  run:
    description:
      - Id of the run, under which the device keeps what was before each write.
      - M(commune.baseline.linux_rollback) takes it.
    type: str
    required: true
  revert_after:
    description:
      - Seconds after which the device takes back by itself what rows with C(connectivity) wrote, unless
        M(commune.baseline.linux_confirm) comes first.
    type: int
    default: 60
"""

EXAMPLES = r"""
- name: What calls this module
  commune.baseline.policy:
    roles: [session_lock]
"""

RETURN = r"""
armed:
  description: Whether something was written that the device takes back by itself unless it is confirmed.
  type: bool
  returned: success
  sample: false
taken_back:
  description: Earlier runs whose unconfirmed changes were taken back before this one began.
  type: list
  elements: str
  returned: success
  sample: []
observations:
  description: What each row showed, in the order in which the kinds ran.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The row's id.
      type: str
      sample: LNX-SHELL-TMOUT
    control:
      description: The control that the row serves.
      type: str
      sample: AC-08
    kind:
      description: The row's kind.
      type: str
      sample: option
    state:
      description: V(pass), V(fail) or V(not_assessed), as it is when the module ends.
      type: str
      sample: pass
    desired:
      description: The value wanted.
      type: raw
      sample: 600
    before:
      description: The value found, V(null) if there was none.
      type: raw
      sample: "0"
    after:
      description: The value when the module ended; in check mode the value found.
      type: raw
      sample: "600"
    where:
      description: The place that decides the value.
      type: str
      sample: /etc/profile.d/zz-commune-baseline.sh:2
    reason:
      description: Why the row could not be read or corrected, else V(null).
      type: str
      sample: "cannot read /etc/profile: Permission denied"
    changed:
      description: Whether the module wrote.
      type: bool
      sample: true
    would_change:
      description: Whether the module would have written, had it not been in check mode.
      type: bool
      sample: false
"""

import importlib

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.commune.baseline.plugins.module_utils import _parcel

# By name, for what a module imports by a statement Ansible would send as well, file by file.
_SESSION = "ansible_collections.commune.baseline.plugins.module_utils._policy.session"


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            # Neither is a secret; no_log keeps them out of the device's log, which is no place for parcels.
            "engine": {"type": "str", "required": True, "no_log": True},
            "rows": {"type": "str", "required": True, "no_log": True},
            "run": {"type": "str", "required": True},
            "revert_after": {"type": "int", "default": 60},
        },
        supports_check_mode=True,
    )
    _parcel.make_importable(_parcel.unwrap(module.params["engine"]))
    session = importlib.import_module(_SESSION)
    try:
        result = session.carry_out(
            _parcel.unwrap(module.params["rows"]),
            run=module.params["run"],
            revert_after=module.params["revert_after"],
            check_mode=module.check_mode,
            diff=module._diff,
        )
    except session.CannotRunError as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings"):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
