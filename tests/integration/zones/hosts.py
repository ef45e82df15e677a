# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts of the default site that guard themselves, each of another kind."""

from __future__ import annotations

import ipaddress

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import Guarded
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Match

SSH = Match("tcp", 22, 22)
WINRM = Match("tcp", 5985, 5986)


def _addresses(*texts: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, ...]:
    return tuple(ipaddress.ip_address(text) for text in texts)


def _host(zone: str, number: int, last: int, services: str, neighbours: str, *, free: bool = False) -> Guarded:
    return Guarded(
        zone=zone,
        addresses=_addresses(f"10.20.{number}.{last}", f"fd20:0:0:{number}::{last}"),
        services=tuple(services.split()),
        neighbours=tuple(neighbours.split()),
        gateways=_addresses(f"10.20.{number}.1", f"fd20:0:0:{number}::1"),
        managers=_addresses("10.20.99.10", "fd20:0:0:99::10"),
        management=(SSH,) if not free else (WINRM,),
        any_outbound=free,
    )


HOSTS = {
    "may-chu-tep": _host("server", 30, 10, "smb https database ping", "rtsp"),
    "may-chu-log": _host("server", 30, 20, "syslog", ""),
    "kho-cap-nhat": _host("server", 30, 30, "mirror", ""),
    "cong-thong-tin": _host("dmz", 20, 10, "http https ping", ""),
    "a workstation": _host("lan", 10, 77, "rdp", "ipp", free=True),
    "a camera": _host("camera_iot", 40, 77, "rtsp", ""),
}
