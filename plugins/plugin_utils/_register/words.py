# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The words that records choose from, and the zones that a site has. Source: classes, zones, roles of the catalogue."""

from __future__ import annotations

import ipaddress
import typing as t

CLASSES = (
    "workstation",
    "secret_workstation",
    "server",
    "network_device",
    "camera",
    "printer",
    "loudspeaker",
    "storage_media",
    "mobile_device",
    "video_conference",
    "projector_av",
    "support",
)
PLATFORMS = ("linux", "windows", "ios", "routeros", "other", "none")
MEDIA = ("hdd", "ssd", "nvme", "flash", "tape", "optical", "other")
ROLES = (
    "chu_tich",
    "chu_quan",
    "don_vi_van_hanh",
    "bo_phan_attt",
    "phong_vhxh",
    "van_phong",
    "it_officer",
    "nguoi_kiem",
    "thu_truong",
    "cong_an",
    "nguoi_dung",
    "cap_tren",
    "van_phong_tinh_uy",
    "nha_cung_cap",
)
SECRET_ZONE = "secret"  # noqa: S105 - a zone, no password
_ZONES = (
    *("edge", "dmz", "lan", "server", "mgmt", "camera_iot", "wifi_staff", "wifi_guest", "quarantine"),
    SECRET_ZONE,
)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# The networks of each zone of the site; a zone without any takes every address.
Zones = t.Mapping[str, t.Sequence[Network]]
DEFAULT_ZONES: Zones = dict.fromkeys(_ZONES, ())
