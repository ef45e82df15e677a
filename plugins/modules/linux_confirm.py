#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: linux_confirm
short_description: Keep changes that a Linux device would otherwise take back by itself
version_added: 0.1.0
description:
  - Disarms the revert of one run. M(commune.baseline.policy) calls it over a new connection, which proves that the
    device can still be reached after the change.
author:
  - commune.baseline contributors (!UNKNOWN)
attributes:
  check_mode:
    description: Confirms nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
options:
  run:
    description: Id of the run, as M(commune.baseline.linux_policy) got it.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Keep what the run changed
  commune.baseline.linux_confirm:
    run: 20261121-234501-2178
  become: true
"""

RETURN = r"""
confirmed:
  description: Whether the changes stay; V(false) if they were taken back before.
  type: bool
  returned: success
  sample: true
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.commune.baseline.plugins.module_utils._policy import language
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.revert import Revert


def main() -> None:
    module = AnsibleModule(argument_spec={"run": {"type": "str", "required": True}}, supports_check_mode=True)
    language.keep_to_english()
    if module.check_mode:
        module.exit_json(changed=False, confirmed=False)
    try:
        confirmed = Revert(Journal(module.params["run"]), seconds=0).confirm()
    except OSError as error:
        module.fail_json(msg=f"cannot confirm run {module.params['run']}: {error.strerror}")
    module.exit_json(changed=confirmed, confirmed=confirmed)


if __name__ == "__main__":
    main()
