# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A register in which a device awaits its disposal, and an order that two people approved."""

from __future__ import annotations

from typing import Any

from tests.integration.media.conftest import ORDER

NUMBER = ORDER["order"]
PEOPLE = {"an": "Can bo An", "binh": "Can bo Binh", "chau": "Can bo Chau", "dung": "Can bo Dung"}
ROLES = {"requested_by": "an", "wiped_by": "binh", "verified_by": "dung"}


def prepared(serial: str, *, signers: tuple[str, ...] = ("chau", "dung"), **order: Any) -> list[dict[str, Any]]:
    """Return the tasks that a register needs before anything is certified."""
    media = [{"serial": serial, "kind": "other"}]
    device = {"name": "old-server", "class": "server", "asset_tag": "TS-1", "media": media}
    steps = ["received", "pending_disposal"]
    return [
        *(
            {"commune.baseline.person": {"code": code, "name": name, "roles": ["thu_truong"]}}
            for code, name in PEOPLE.items()
        ),
        {"commune.baseline.device": device},
        *({"commune.baseline.device_transition": {"name": "old-server", "state": step}} for step in steps),
        *(
            {
                "commune.baseline.approval": {
                    **{"number": NUMBER, "dated_on": "2026-01-31", "subject": f"Xóa dữ liệu, {number}"},
                    "scope": "asset",
                    **{"signer": signer, "devices": ["old-server"], "expires_on": "2099-12-31", **order},
                }
            }
            for number, signer in enumerate(signers)
        ),
    ]
