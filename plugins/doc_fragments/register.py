# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the documentation of all verbs of the register has in common."""

    DOCUMENTATION = r"""
options:
  register:
    description:
      - The register of the site, a path or a URL such as C(postgresql://host/name). A relative path is one below the
        folder of the inventory.
      - If it is left out, the environment variable E(COMMUNE_BASELINE_REGISTER) counts, then the variable
        C(baseline_register) of the site, then the file C(register.db) in the folder of the inventory.
    type: str
notes:
  - Runs on the controller and needs no connection, in plays on C(localhost) and in plays on devices.
  - The zones of the site are those of the variable C(zones), a dictionary of zones, each with its C(networks) as a
    list; without it, those of the default site.
  - Text of the register is never taken for a template.
"""

    WRITING = r"""
options:
  create:
    description: Make the register if there is none at that place. Without it, a place that was mistyped is told.
    type: bool
    default: false
attributes:
  check_mode:
    description: Finds every fault that a real run would, and changes nothing.
    support: full
  diff_mode:
    description: Shows the record before and after.
    support: full
notes:
  - The login that runs Ansible on the controller is recorded with every change; it cannot be given.
  - All faults of a record are told at once, and nothing of it is stored.
  - A number that is text, such as a serial number, stands in quotes; YAML would make 83 of C(00123).
"""

    VERSION = r"""
options:
  version:
    description:
      - The version of the record that was read. If somebody has changed it since, nothing is stored and the task fails
        with who did and when.
    type: int
"""

    DOCUMENT = r"""
options:
  document:
    description: Number of the document on which the change rests; it is kept in the history.
    type: str
"""

    READING = r"""
attributes:
  check_mode:
    description: It changes nothing in any case.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
"""
