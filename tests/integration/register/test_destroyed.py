# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Media that were destroyed in front of witnesses, by the real ansible-playbook; foreign programs judge."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.register.disposal import NUMBER, prepared
from tests.integration.register.test_certificate import is_signed

SERIAL = "DEAD-1"
TODAY = datetime.datetime.now().astimezone().date()
PEOPLE = {"requested_by": "an", "destroyed_by": "binh", "witnesses": ["giang", "hoa"]}
WITNESSES = [
    {"commune.baseline.person": {"code": code, "name": name, "roles": ["nguoi_dung"]}}
    for code, name in (("giang", "Can bo Giang"), ("hoa", "Can bo Hoa"))
]
KIM = {"commune.baseline.person": {"code": "kim", "name": "Can bo Kim", "left_on": "2026-01-31"}}
SECOND_BINH = {"commune.baseline.person": {"code": "binh-2", "name": "CAN BO BINH", "roles": ["nguoi_dung"]}}


def destroyed(folder: Path, **special: Any) -> dict[str, Any]:
    options = {
        **{"name": "old-server", "medium": SERIAL.lower(), "technique": "shred", "order": NUMBER, **PEOPLE},
        **{"destroyed_on": f"{TODAY:%d/%m/%Y}", "reason": "the medium vanished: No such device"},
        **{"place": "Trụ sở UBND xã", "destination": "Bàn giao", "folder": str(folder), **special},
    }
    return {"commune.baseline.media_destroyed": options}


def test_a_dead_disk_that_was_destroyed_lets_its_device_go(verbs, tmp_path, foreign_sql):
    folder = tmp_path / "evidence"
    *_before, told, again = verbs.run(*prepared(SERIAL), *WITNESSES, destroyed(folder), destroyed(folder))
    assert told["device"]["state"] == "sanitised", told
    assert "sanitised" in foreign_sql("SELECT state FROM devices")
    path = Path(told["path"])
    assert hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]
    assert told["sha256"] in foreign_sql("SELECT detail FROM sanitisations")
    assert TODAY.isoformat() in foreign_sql("SELECT done_on FROM sanitisations")
    written = json.loads(path.read_text("utf-8"))
    (medium,) = written["media"]
    assert (medium["serial"], medium["method"], medium["technique"]) == (SERIAL, "Destroy", "shred")
    assert [one["name"] for one in written["witnesses"]] == ["Can bo Giang", "Can bo Hoa"]
    assert [one["name"] for one in written["approved_by"]] == ["Can bo Chau", "Can bo Dung"]
    assert is_signed(folder, tmp_path)
    assert (again["changed"], again["path"]) == (False, None)


def test_a_disk_that_is_left_keeps_the_device(verbs, tmp_path):
    more = {"commune.baseline.device": {"name": "old-server", "media": [*_media(SERIAL), *_media("STILL-FULL")]}}
    *_before, told = verbs.run(*prepared(SERIAL), *WITNESSES, more, destroyed(tmp_path / "evidence"))
    assert (told["changed"], told["device"]["state"]) == (True, "pending_disposal")


def _media(serial: str) -> list[dict[str, str]]:
    return [{"serial": serial, "kind": "other"}]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_disk_with_state_secrets_is_destroyed(verbs, tmp_path):
    secret = {"commune.baseline.device": {"name": "old-server", "secrecy": "Mật"}}
    *_before, told = verbs.run(*prepared(SERIAL), *WITNESSES, secret, destroyed(tmp_path / "evidence"))
    assert told["device"]["state"] == "sanitised", told


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_check_mode_finds_the_same_and_signs_nothing(verbs, tmp_path):
    verbs.run(*prepared(SERIAL), *WITNESSES)
    (told,) = verbs.run(destroyed(tmp_path / "evidence"), arguments=["--check"])
    assert (told["changed"], told["device"]["state"], told["path"]) == (True, "sanitised", None)
    assert not (tmp_path / "evidence").exists()
    (told,) = verbs.run(destroyed(tmp_path / "evidence"))
    assert told["changed"] is True


TWO = "that takes two people"
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "one witness": ({"witnesses": ["giang"]}, "takes two witnesses"),
    "one witness twice": ({"witnesses": ["giang", "giang"]}, "Can bo Giang stands for witnesses and for witnesses"),
    "a witness who destroyed": ({"witnesses": ["giang", "binh"]}, "stands for destroyed_by and for witnesses"),
    "a witness who is the same by another code": ({"witnesses": ["giang", "binh-2"]}, TWO),
    "a witness who requested": ({"witnesses": ["an", "giang"]}, "stands for requested_by and for witnesses"),
    "a witness who approved": ({"witnesses": ["giang", "chau"]}, "stands for witnesses and for approval"),
    "who destroyed approved": ({"destroyed_by": "chau"}, "stands for destroyed_by and for approval"),
    "who requested approved": ({"requested_by": "dung"}, "stands for requested_by and for approval"),
    "who requested destroyed": ({"requested_by": "binh"}, "stands for requested_by and for destroyed_by"),
    "nobody of this name": ({"witnesses": ["giang", "khong-ai"]}, "the register knows no person khong-ai"),
    "another order": ({"order": "99/QĐ-UBND"}, "and has that of nobody"),
    "before the order": ({"destroyed_on": "2026-01-30"}, "that hold on 2026-01-30, and has that of nobody"),
    "before the disposal": ({"destroyed_on": "2026-02-01"}, "awaits its disposal since"),
    "a witness who has left": (
        {"witnesses": ["giang", "kim"]},
        "Can bo Kim stands for witnesses and was not in office",
    ),
    "who destroyed has left": ({"destroyed_by": "kim"}, "Can bo Kim stands for destroyed_by and was not in office"),
    "tomorrow": ({"destroyed_on": "2099-01-01"}, "a day that is not in the future"),
    "no day": ({"destroyed_on": "soon"}, "destroyed_on is 'soon': a day of the calendar"),
    "another medium": ({"medium": "X"}, "old-server has no medium X that is still to be wiped or destroyed"),
    "another way": ({"technique": "hammer"}, "value of technique must be one of: shred, disintegrate"),
    "other roles": ({"approver_roles": {"asset": ["cap_tren"]}}, "and has that of nobody"),
}


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_is_not_in_order_is_not_recorded(verbs, tmp_path, foreign_sql):
    tasks = [destroyed(tmp_path / "evidence", **change) for change, _reason in REFUSED.values()]
    results = verbs.run(*prepared(SERIAL), *WITNESSES, SECOND_BINH, KIM, *tasks)[-len(tasks) :]
    for (name, (_change, reason)), told in zip(REFUSED.items(), results, strict=True):
        assert told["failed"] is True, name
        assert reason in told["msg"], (name, told["msg"])
    assert not (tmp_path / "evidence").exists()
    assert foreign_sql("SELECT count(*) FROM sanitisations").strip() in ("[(0,)]", "0")


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_device_in_service_has_nothing_destroyed(verbs, tmp_path):
    back = {"commune.baseline.device_transition": {"name": "old-server", "state": "quarantined"}}
    *_before, told = verbs.run(*prepared(SERIAL), *WITNESSES, back, destroyed(tmp_path / "evidence"))
    assert "old-server is quarantined: only media of what is pending_disposal are destroyed" in told["msg"]
