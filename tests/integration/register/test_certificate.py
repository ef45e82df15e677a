# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates by the real ansible-playbook, over both databases, of media that were really wiped; openssl judges."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.commune.baseline.plugins.module_utils._media import journal
from ansible_collections.commune.baseline.plugins.modules import media_sanitise, media_verify
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import verification
from tests.integration.media import loops
from tests.integration.media.conftest import ORDER
from tests.integration.media.loops import Loop
from tests.integration.register.conftest import Verbs
from tests.integration.register.disposal import NUMBER, PEOPLE, ROLES, prepared


class Wiped:
    """A loop device, and what the modules returned that wiped and verified it last."""

    def __init__(self, medium: Loop, capsys: pytest.CaptureFixture[str]) -> None:
        self._medium, self._capsys = medium, capsys
        self.serial = medium.medium["serial"].upper()
        self.wiped: list[dict[str, Any]] = []
        self.verified: list[dict[str, Any]] = []

    def wipe(self, **special: Any) -> None:
        self.wiped = self._run(media_sanitise, **ORDER, media=[self._medium.medium], **special)
        self.verified = self._run(media_verify, media=[self._medium.medium])

    def _run(self, module: Any, **arguments: Any) -> list[dict[str, Any]]:
        with patch_module_args(arguments), pytest.raises(SystemExit):
            module.main()
        media: list[dict[str, Any]] = json.loads(self._capsys.readouterr().out)["media"]
        return media


@pytest.fixture(name="medium")
def fixture_medium(tmp_path, monkeypatch, capsys) -> Iterator[Wiped]:
    monkeypatch.setattr(journal, "FOLDER", str(tmp_path / "journals"))
    loops.full_of_letters(tmp_path / "medium", 4 * loops.MIB)
    with loops.attached(tmp_path / "medium") as medium:
        yield Wiped(medium, capsys)


def pending(verbs: Verbs, medium: Wiped, *more: dict[str, Any], **special: Any) -> None:
    """Let the device await its disposal, then wipe and verify its medium."""
    verbs.run(*prepared(medium.serial, **special), *more)
    medium.wipe()


def steps(*states: str) -> list[dict[str, Any]]:
    return [{"commune.baseline.device_transition": {"name": "old-server", "state": state}} for state in states]


def certificate(medium: Wiped, folder: Path, **special: Any) -> dict[str, Any]:
    options = {
        **{"name": "old-server", "order": NUMBER, **ROLES, "wiped": medium.wiped, "verified": medium.verified},
        **{"place": "Trụ sở UBND xã", "destination": "Thanh lý", "folder": str(folder), **special},
    }
    return {"commune.baseline.sanitisation_certificate": options}


def test_what_was_wiped_and_verified_is_certified_and_the_device_is_sanitised(verbs, medium, tmp_path, foreign_sql):
    pending(verbs, medium)
    (told,) = verbs.run(certificate(medium, tmp_path / "evidence"))
    assert told["device"]["state"] == "sanitised", told
    path = Path(told["path"])
    assert hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]
    assert told["sha256"] in foreign_sql("SELECT detail FROM sanitisations")
    written = json.loads(path.read_text("utf-8"))
    assert [one["name"] for one in written["approved_by"]] == [PEOPLE["chau"], PEOPLE["dung"]]
    (certified,) = written["media"]
    assert (certified["method"], certified["technique"]) == ("Clear", "overwrite")
    assert certified["verification"]["scope"] == "full"
    assert is_signed(tmp_path / "evidence", tmp_path)
    printed = Path(told["page"]).read_text("utf-8")
    assert all(text in printed for text in (told["sha256"], medium.serial, *PEOPLE.values()))


def is_signed(folder: Path, tmp_path: Path) -> bool:
    """Ask openssl, which knows nothing of us."""
    (bundle,), (key,) = folder.glob("bundles/*.bundle"), folder.glob("keys/public-*.pem")
    line, signature = bundle.read_bytes().splitlines()
    (tmp_path / "line").write_bytes(line)
    (tmp_path / "signature").write_bytes(base64.b64decode(signature))
    (record,) = folder.glob("runs/*.json")
    assert hashlib.sha256(record.read_bytes()).hexdigest().encode() in line
    check = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", key, "-in", tmp_path / "line"]
    return subprocess.run([*check, "-sigfile", tmp_path / "signature"], capture_output=True).returncode == 0


def test_evidence_and_register_hold_each_other_as_soon_as_something_is_certified(verbs, medium, tmp_path):
    folder = tmp_path / "evidence"
    own = {"folder": str(folder), "public_key": str(folder / "keys/public-00000001.pem"), "register": verbs.place}
    check = {"commune.baseline.evidence_verify": own}
    pending(verbs, medium)
    first, whole, *_steps = verbs.run(certificate(medium, folder), check, *steps("received", "pending_disposal"))
    assert (whole["faults"], whole["bundles"], whole["unseen"]) == ([], 1, None)
    medium.wipe(pending_since=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    second, whole = verbs.run(certificate(medium, folder), check)
    assert [one.get("warnings", []) for one in (first, second)] == [[], []]
    assert (whole["faults"], whole["bundles"], whole["unseen"]) == ([], 2, None)


def test_an_edited_certificate_is_found(verbs, medium, tmp_path):
    folder = tmp_path / "evidence"
    pending(verbs, medium)
    (told,) = verbs.run(certificate(medium, folder))
    (key,) = folder.glob("keys/public-*.pem")
    assert verification.verify(folder, verification.public_key_of(key)).faults == []
    path = Path(told["path"])
    path.write_text(path.read_text("utf-8").replace('"Clear"', '"Purge"'), "utf-8")
    (fault,) = verification.verify(folder, verification.public_key_of(key)).faults
    assert "was changed" in fault


def test_check_mode_finds_the_same_and_signs_nothing(verbs, medium, tmp_path):
    pending(verbs, medium)
    (told,) = verbs.run(certificate(medium, tmp_path / "evidence"), arguments=["--check"])
    assert (told["device"]["state"], told["path"]) == ("sanitised", None)
    assert not (tmp_path / "evidence").exists()
    (told,) = verbs.run(certificate(medium, tmp_path / "evidence"))
    assert told["device"]["state"] == "sanitised"
    (again,) = verbs.run(certificate(medium, tmp_path / "evidence"), arguments=["--check"])
    assert "only what is pending_disposal is certified" in again["msg"]


GIANG = {"commune.baseline.person": {"code": "giang", "name": "Can bo Giang", "left_on": "2026-01-31"}}
Change = Callable[[Wiped], dict[str, Any]]
REFUSED: dict[str, tuple[Change, str]] = {
    "who wiped verified": (lambda _one: {"verified_by": "binh"}, "Can bo Binh wiped and verified old-server"),
    "who requested approved": (lambda _one: {"requested_by": "chau"}, "Can bo Chau requested and approved order"),
    "who wiped approved": (lambda _one: {"wiped_by": "chau"}, "Can bo Chau wiped and approved order"),
    "another order": (lambda _one: {"order": "99/QĐ-UBND"}, "and has that of nobody"),
    "nobody of this name": (lambda _one: {"verified_by": "khong-ai"}, "the register knows no person khong-ai"),
    "not verified": (lambda _one: {"verified": []}, "was wiped and not verified"),
    "not wiped": (lambda one: {"wiped": [{**one.wiped[0], "state": "failed", "reason": "x"}]}, "was not wiped: x"),
    "not clean": (lambda one: {"verified": [{**one.verified[0], "is_clean": False, "reason": "y"}]}, "is not clean: y"),
    "nothing read": (lambda one: {"verified": [{**one.verified[0], "checked": 0}]}, "not enough was read"),
    "read as something else": (
        lambda one: {"verified": [{**one.verified[0], "expectation": "noise"}]},
        "was verified as noise",
    ),
    "another size": (lambda one: {"verified": [{**one.verified[0], "size": 1}]}, "verified with 1"),
    "another medium": (
        lambda one: {"wiped": [{**one.wiped[0], "identity": {**one.wiped[0]["identity"], "serial": "X"}}]},
        "the register knows no medium X of old-server",
    ),
    "the device's clock is ahead": (
        lambda one: {"wiped": [{**one.wiped[0], "finished": "2099-01-01T00:00:00+07:00"}]},
        "which is yet to come: set the clock of the device right",
    ),
    "wiped for an earlier disposal": (
        lambda one: {"wiped": [{**one.wiped[0], "started": "2026-01-01T00:00:00Z"}]},
        "that was for another disposal, or the clock of the device is behind",
    ),
    "read before it was wiped": (
        lambda one: {"verified": [{**one.verified[0], "began": "2026-01-01T00:00:00Z"}]},
        "that was before the wipe, or the clock of the device was set back",
    ),
    "a time that is none": (
        lambda one: {"verified": [{**one.verified[0], "began": "this morning"}]},
        "are no results of media_sanitise",
    ),
    "another model": (
        lambda one: {"verified": [{**one.verified[0], "model": "Y"}]},
        "was wiped as loop and verified as Y",
    ),
    "another WWN": (
        lambda one: {"verified": [{**one.verified[0], "wwn": "Z"}]},
        "was wiped as loop and verified as loop Z",
    ),
    "read twice": (
        lambda one: {"verified": [{**one.verified[0], "is_clean": False}, *one.verified]},
        "is in the results twice",
    ),
    "wiped twice": (lambda one: {"wiped": 2 * one.wiped}, "is in the results twice"),
    "who verified has left": (
        lambda _one: {"verified_by": "giang"},
        "Can bo Giang stands for verified_by and was not in office on",
    ),
    "who wiped has left": (
        lambda _one: {"wiped_by": "giang"},
        "Can bo Giang stands for wiped_by and was not in office on",
    ),
    "no media": (lambda _one: {"wiped": []}, "no medium was wiped"),
    "something else": (lambda _one: {"wiped": [{"a": 1}]}, "are no results of media_sanitise"),
}


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_is_not_in_order_is_not_certified(verbs, medium, tmp_path, foreign_sql):
    pending(verbs, medium, GIANG)
    tasks = [certificate(medium, tmp_path / "evidence", **change(medium)) for change, _reason in REFUSED.values()]
    results = verbs.run(*tasks)
    for (name, (_change, reason)), told in zip(REFUSED.items(), results, strict=True):
        assert told["failed"] is True, name
        assert reason in told["msg"], name
    assert not (tmp_path / "evidence").exists()
    assert foreign_sql("SELECT count(*) FROM sanitisations").strip() in ("[(0,)]", "0")


@pytest.mark.parametrize(
    ("signers", "order"),
    [(("chau",), {}), (("chau", "chau"), {}), ((), {}), (("chau", "dung"), {"expires_on": "2026-02-01"})],
)
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_two_people_have_to_approve_and_their_approval_has_to_hold(verbs, medium, tmp_path, signers, order):
    pending(verbs, medium, signers=signers, **order)
    (told,) = verbs.run(certificate(medium, tmp_path / "evidence"))
    assert "needs the approvals of two people that hold today" in told["msg"]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_who_began_does_not_verify_by_naming_somebody_else_afterwards(verbs, medium, tmp_path):
    """The register keeps who requested and wiped when the wipe began; the last run may say anything."""
    begun = {"name": "old-server", "order": NUMBER, "media": [{"serial": medium.serial}]}
    people = {role: ROLES[role] for role in ("requested_by", "wiped_by")}
    here = {"commune.baseline.person": {"code": "giang", "name": "Can bo Giang"}}
    pending(verbs, medium, here, {"commune.baseline.sanitisation_order": {**begun, **people}})
    wiper, requester, right = verbs.run(
        certificate(medium, tmp_path / "evidence", wiped_by="giang", verified_by="binh"),
        certificate(medium, tmp_path / "evidence", requested_by="giang", verified_by="an"),
        certificate(medium, tmp_path / "evidence", verified_by="giang"),
    )
    assert "Can bo Binh wiped and verified old-server" in wiper["msg"]
    assert "Can bo An requested the disposal of old-server and verified it" in requester["msg"]
    assert right["device"]["state"] == "sanitised"


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_turns_out_to_have_held_state_secrets_is_not_certified(verbs, medium, tmp_path):
    pending(verbs, medium, {"commune.baseline.device": {"name": "old-server", "secrecy": "Mật"}})
    (told,) = verbs.run(certificate(medium, tmp_path / "evidence"))
    assert "old-server held state secrets: its media are destroyed and never wiped" in told["msg"]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_device_is_not_sanitised_while_one_of_its_media_is_not_certified(verbs, medium, tmp_path):
    media = [{"serial": medium.serial, "kind": "other"}, {"serial": "STILL-FULL", "kind": "ssd"}]
    more = {"commune.baseline.device": {"name": "old-server", "media": media}}
    pending(verbs, medium, more)
    told, refused = verbs.run(certificate(medium, tmp_path / "evidence"), *steps("sanitised"))
    assert told["device"]["state"] == "pending_disposal"
    assert "device old-server cannot become sanitised: its media STILL-FULL are neither" in refused["msg"]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_sanitisation_of_an_earlier_life_proves_nothing(verbs, medium, tmp_path):
    pending(verbs, medium)
    *_before, refused = verbs.run(
        certificate(medium, tmp_path / "evidence"), *steps("received", "pending_disposal", "sanitised")
    )
    assert "cannot become sanitised" in refused["msg"]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_was_wiped_for_an_earlier_disposal_certifies_no_second_one(verbs, medium, tmp_path, foreign_sql):
    """The lists are still at hand, the order is in force, and the device held data again in between."""
    pending(verbs, medium)
    first, *_steps, again = verbs.run(
        certificate(medium, tmp_path / "evidence"),
        *steps("received", "pending_disposal"),
        certificate(medium, tmp_path / "evidence"),
    )
    assert first["device"]["state"] == "sanitised"
    assert "that was for another disposal" in again["msg"]
    query = "SELECT at FROM events WHERE verb = 'transition' ORDER BY number DESC LIMIT 1"
    since = re.findall(r"[\d:TZ-]{20}", foreign_sql(query))[0]
    before = medium.wiped[0]["started"]
    medium.wipe(pending_since=since)
    assert before < since <= medium.wiped[0]["started"]
    (told,) = verbs.run(certificate(medium, tmp_path / "evidence"))
    assert told["device"]["state"] == "sanitised"
