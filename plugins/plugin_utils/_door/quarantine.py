# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The devices that the firewall keeps apart: those that are quarantined in the register, as the inventory tells."""

from __future__ import annotations

import typing as t

GROUP = "state_quarantined"


def devices_of(variables: t.Mapping[str, t.Any]) -> dict[str, list[str]]:
    """Return the addresses of each quarantined device, from the variables of any host of the run."""
    hosts = variables.get("hostvars") or {}
    names = (variables.get("groups") or {}).get(GROUP, ())
    known = {str(name): (hosts[name].get("register_device") or {}) for name in names}
    return {name: [str(one) for one in record.get("ips") or ()] for name, record in known.items()}
