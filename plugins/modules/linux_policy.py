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
  - M(commune.baseline.policy) calls this module with the rows of the roles; playbooks call that one.
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
  rows:
    description:
      - The rows, each a dictionary with C(id), C(control), C(kind), C(desired), C(compare) and the fields of its kind.
    type: list
    elements: dict
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
- name: Close idle shells after ten minutes
  commune.baseline.linux_policy:
    run: 20261121-234501-2178
    rows:
      - id: LNX-SHELL-TMOUT
        control: AC-08
        kind: option
        path: /etc/profile.d/zz-commune-baseline.sh
        grammar: shell_readonly
        key: TMOUT
        desired: 600
        compare: "<="
        minimum: 1
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

import contextlib
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.commune.baseline.plugins.module_utils._observation import Observation
from ansible_collections.commune.baseline.plugins.module_utils._policy import engine, journal, lock, login, revert
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "rows": {"type": "list", "elements": "dict", "required": True},
            "run": {"type": "str", "required": True},
            "revert_after": {"type": "int", "default": 60},
        },
        supports_check_mode=True,
    )
    with contextlib.nullcontext() if module.check_mode else _alone(module):
        taken_back = [] if module.check_mode else _taken_back(module)
        writer = Writer(
            journal.Journal(module.params["run"]),
            check_mode=module.check_mode,
            revert_after=module.params["revert_after"],
            account=login.account(),
        )
        observations = engine.run(module.params["rows"], writer)
    result = _result(observations, diff=module._diff)
    module.exit_json(**result, armed=writer.revert.is_armed, taken_back=taken_back)


def _taken_back(module: AnsibleModule) -> list[str]:
    """Take back what earlier runs left unconfirmed; what cannot be put back is told and keeps nobody from the rest."""
    try:
        return revert.take_back_unconfirmed(journal.FOLDER)
    except OSError as error:
        module.warn(f"an earlier run could not be taken back wholly: {error.strerror}")
        return []


@contextlib.contextmanager
def _alone(module: AnsibleModule) -> t.Iterator[None]:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock.alone(journal.FOLDER, wait=False))
        except BlockingIOError:
            module.fail_json(msg=lock.BUSY)
        except PermissionError:
            module.fail_json(msg="this needs root: set become to true, or --become")
        yield


def _result(observations: list[Observation], *, diff: bool) -> dict[str, t.Any]:
    touched = [seen for seen in observations if seen.changed or seen.would_change]
    result: dict[str, t.Any] = {
        "changed": bool(touched),
        "observations": [seen.as_dict() for seen in observations],
    }
    if diff:
        result["diff"] = {
            "before": {seen.id: seen.before for seen in touched},
            "after": {seen.id: seen.desired if seen.would_change else seen.after for seen in touched},
        }
    return result


if __name__ == "__main__":
    main()
