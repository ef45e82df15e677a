#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: zones_diagram
short_description: Draw the network of the site
version_added: 0.1.0
description:
  - Draws two diagrams from the zone model and the register, as SVG with Vietnamese labels, each for one sheet of A4.
  - C(logical.svg) shows the zones with their networks and devices, and what may be spoken between them on this day.
    Flows of three zones and more stand in a table below.
  - C(physical.svg) shows the interfaces of the firewall, gear with its ports, and the devices of each place.
  - The same model and register give the same bytes; a file is written only if it shows something else than before.
  - Needs the program C(dot) of Graphviz on the controller (Debian's C(graphviz)).
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
  - commune.baseline.zones
options:
  dest:
    description:
      - Folder for the files, made if need be. Without it, C(diagrams/NAME) in the current folder, where NAME is the
        name of the folder of the inventory.
      - It cannot lie in the folder of the inventory, of which Ansible reads every file as a list of devices.
    type: path
  title:
    description: Name of the site, for the headings.
    type: str
    default: ""
  names:
    description: How many devices of each class a box names; of the rest it tells how many there are.
    type: int
    default: 8
seealso:
  - module: commune.baseline.zones_plan
"""

EXAMPLES = r"""
- name: Draw the network
  commune.baseline.zones_diagram:
    title: UBND xã
"""

RETURN = r"""
files:
  description: The files, each with its C(path) and whether it C(changed).
  type: list
  elements: dict
  returned: success
  sample:
    - {path: diagrams/my-commune/logical.svg, changed: true}
"""
