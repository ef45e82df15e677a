# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records of a site through the door, for a network device: passed only by a record, failed without, excepted."""

from __future__ import annotations

import datetime
import json

import pytest

from tests.integration.conftest import Controller

HOST = "debian13"
TODAY = datetime.datetime.now(datetime.UTC).date()
RECORD = {"document": "12/BB", "checked_on": str(TODAY)}
ROLE = {"baseline_device_class": "network_device", "baseline_only": [f"NZ-{n}" for n in ("07", "08", "11", "12", "13")]}
EXCEPTION = {
    "control": "NZ-07",
    "device": HOST,
    "reason": "Chưa có thiết bị",
    "approver": "Chủ tịch UBND",
    "document": "13/QĐ",
    "expires": str(TODAY + datetime.timedelta(days=90)),
}


@pytest.fixture(scope="module", name="check")
def fixture_check(session_lab):
    session_lab.reset()
    controller = Controller(session_lab)

    def check(**variables):
        return controller.playbook(
            "playbooks/drift.yml", "--check", "--limit", HOST, "--extra-vars", json.dumps({**ROLE, **variables})
        )

    return check


def states(run):
    return {row.removeprefix("LNX-RECORD-"): seen["state"] for row, seen in run.rows(HOST).items()}


def test_what_the_site_says_nothing_about_fails(check):
    assert set(states(check()).values()) == {"fail"}


def test_a_record_passes_and_an_exception_excuses_while_the_rest_goes_on_failing(check):
    run = check(
        network_safeguards_internet_links={"by": ["VNPT", "Viettel"], **RECORD},
        network_safeguards_malware_filter={"by": ["Máy phân giải tên lọc mã độc"], **RECORD},
        network_safeguards_web_filter={"by": ["proxy"], **RECORD, "checked_on": str(TODAY - datetime.timedelta(366))},
        baseline_exceptions=[EXCEPTION],
    )
    assert states(run) == {
        "Intrusion": "excepted",
        "Malware": "pass",
        "WebFilter": "fail",
        "Capabilities": "fail",
        "InternetLinks": "pass",
    }
    shown = run.rows(HOST)["LNX-RECORD-Malware"]
    assert (shown["after"], shown["where"]) == (f"Máy phân giải tên lọc mã độc ({TODAY})", "12/BB")


def test_half_a_record_ends_the_run_before_the_device_is_asked(check):
    run = check(network_safeguards_web_filter={"by": ["proxy"], "checked_on": str(TODAY)})
    assert "network_safeguards_web_filter" in run.results[HOST]["msg"]
    assert "it lacks document" in run.results[HOST]["msg"]
