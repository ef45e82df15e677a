#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: linux_rollback
short_description: Take back what one run changed on a Linux device
version_added: 0.1.0
description:
  - Restores content, owner, mode, extended attributes or absence of every file that the run wrote, from the journal
    that M(commune.baseline.linux_policy) kept on the device.
  - Touches nothing if one of these files was changed by somebody else since; the message names it.
  - Rolling back twice is harmless.
author:
  - commune.baseline contributors (!UNKNOWN)
attributes:
  check_mode:
    description: Returns what would be restored and changes nothing.
    support: full
  diff_mode:
    description: The restored files are named, their content is not shown.
    support: none
options:
  run:
    description: Id of the run, as M(commune.baseline.policy) returned it.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Take a run back
  commune.baseline.linux_rollback:
    run: 20261121-234501-2178
  become: true
"""

RETURN = r"""
known:
  description: Whether the run wrote anything on this device.
  type: bool
  returned: success
  sample: true
run:
  description: Id of the run, as it was given.
  type: str
  returned: success
  sample: 20261121-234501-2178
check_mode:
  description: Whether it was only looked at what would be restored.
  type: bool
  returned: success
  sample: false
restored:
  description: Paths of the files that became what they were; empty if the run wrote nothing here or is rolled back.
  type: list
  elements: str
  returned: success
  sample: [/etc/profile.d/zz-commune-baseline.sh]
"""

import re

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.commune.baseline.plugins.module_utils._policy import journal, language, lock
from ansible_collections.commune.baseline.plugins.module_utils._policy.rollback import roll_back


def main() -> None:
    module = AnsibleModule(argument_spec={"run": {"type": "str", "required": True}}, supports_check_mode=True)
    language.keep_to_english()
    run = module.params["run"]
    if not re.fullmatch(r"[0-9]{8}-[0-9]{6}-[0-9]+", run):
        module.fail_json(msg=f"run is {run!r}, which is no id of a run; one looks like 20261121-234501-2178")
    try:
        with lock.alone(journal.FOLDER, wait=False):
            kept = journal.Journal(run)
            restored = roll_back(kept, check_mode=module.check_mode)
    except BlockingIOError:
        module.fail_json(msg=lock.BUSY)
    except (journal.JournalError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        module.fail_json(msg=f"cannot roll back run {run}: {reason}")
    told = {"run": run, "check_mode": module.check_mode, "known": kept.is_known}
    module.exit_json(changed=bool(restored), restored=restored, **told)


if __name__ == "__main__":
    main()
