# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The default site as a file that names hosts of the lab as its firewalls, and lets the controller reach them.

Usage: python3 -m tests.lab.zones.office FOLDER HOST...
"""

from __future__ import annotations

import sys
from pathlib import Path

SITE = Path(__file__).parents[3] / "plugins/plugin_utils/_zones/default_site.yml"
_CONTROLLER = {
    "zones": "\n  control: {vi: Máy điều khiển, interfaces: [eth0], networks: [10.77.0.0/24]}",
    "zone_hosts": "\n  controller: {zone: control, addresses: [10.77.0.1]}",
    "zone_policies": """
  - name: from-the-controller
    from: [control]
    to: [firewall]
    src: [controller]
    services: [ssh, ping]
    reason: The lab's own way in""",
}


def text(*firewalls: str, way_in: bool = True) -> str:
    """Return the file; without a way in, the controller could not log in again."""
    found = SITE.read_text("utf-8") + f"\nzone_firewalls: [{', '.join(firewalls)}]\n"
    for key, more in _CONTROLLER.items():
        if way_in or key != "zone_policies":
            found = found.replace(f"\n{key}:\n", f"\n{key}:{more}\n", 1)
    return found


def write(folder: Path, content: str) -> Path:
    """Put the file where the door looks for it, beside the inventory."""
    path = folder / "group_vars/all/zones.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    return path


if __name__ == "__main__":
    write(Path(sys.argv[1]), text(*sys.argv[2:]))
