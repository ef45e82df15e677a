#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: windows_record
short_description: Keep what a Windows device answers, free of names
version_added: 0.1.0
description:
  - Asks a device what M(commune.baseline.policy) would ask for all rows, and writes the answer into a file.
  - Names of accounts, machines and domains and the numbers of SIDs are replaced; read the file before giving it away.
  - A recording of a real Windows shows whether rows that were proven on a simulated machine only are right about it.
author:
  - commune.baseline contributors (!UNKNOWN)
attributes:
  check_mode:
    description: Asks, and writes nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
options:
  path:
    description: The file to write, on the controller. Only its owner can read it.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Keep what this Windows answers
  commune.baseline.windows_record:
    path: recordings/{{ inventory_hostname }}.json
"""

RETURN = r"""
path:
  description: The file that was written, or would be.
  type: str
  returned: success
  sample: recordings/pc-01.json
characters:
  description: The length of what was kept.
  type: int
  returned: success
  sample: 18200
"""
