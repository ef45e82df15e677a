#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: register_create
short_description: Make an empty register
version_added: 0.1.0
description:
  - Makes the register of a new site, without any record in it. A register that is there stays as it is.
  - The file of a register can be read by the user who made it only. A database on a server must be there, and empty.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
attributes:
  check_mode:
    description: Tells whether a register would be made. Nothing is written to a file; a database is only looked at.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
seealso:
  - module: commune.baseline.device
"""

EXAMPLES = r"""
- name: Make the register of a new site
  commune.baseline.register_create:
    register: inventories/my-commune/register.db
"""

RETURN = r"""
# Nothing but changed.
"""
