#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: windows_rollback
short_description: Take back what one run changed on a Windows device
version_added: 0.1.0
description:
  - Restores every setting that the run wrote, from the journal that M(commune.baseline.policy) kept on the device.
  - Touches nothing if one of these settings was changed by somebody else since; the message names it.
  - What can cut the connection is taken back by the device itself unless a new login succeeds in time.
  - Rolling back twice is harmless.
  - Proven on a simulated machine only.
author:
  - commune.baseline contributors (!UNKNOWN)
attributes:
  check_mode:
    description: Returns what would be restored and changes nothing.
    support: full
  diff_mode:
    description: The restored settings are named, their values are not shown.
    support: none
options:
  run:
    description: Id of the run, as M(commune.baseline.policy) returned it.
    type: str
    required: true
  revert_after:
    description: Seconds after which the device takes back by itself what could have cut the connection.
    type: int
    default: 60
"""

EXAMPLES = r"""
- name: Take a run back
  commune.baseline.windows_rollback:
    run: 20261121-234501-2178
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
  description: Settings that became what they were; empty if the run wrote nothing here or is rolled back.
  type: list
  elements: str
  returned: success
  sample: ["auditpol: {0CCE9217-69AE-11D9-BED3-505054503030}"]
"""
