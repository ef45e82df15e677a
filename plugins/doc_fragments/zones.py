# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the documentation of all verbs of the zone model has in common."""

    DOCUMENTATION = r"""
options:
  model:
    description:
      - File of the zone model. Without it, C(group_vars/all/zones.yml) in the folder of the inventory.
      - A fault in it is told with its line, and nothing is done.
    type: path
attributes:
  check_mode:
    description: Finds every fault that a real run would, and writes nothing.
    support: full
  diff_mode:
    description: Shows before and after.
    support: none
notes:
  - Runs on the controller and needs no connection.
"""
