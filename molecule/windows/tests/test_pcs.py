# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simulated PCs hold after all roles came twice, in terms of Windows."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

POLICIES = "hklm\\software\\microsoft\\windows\\currentversion\\policies"
UPDATES = "hklm\\software\\policies\\microsoft\\windows\\windowsupdate"
LAN = "hklm\\system\\currentcontrolset\\services\\lanmanserver\\parameters"


@pytest.fixture(name="pc", params=["pc1", "pc2"])
def fixture_pc(request):
    folder = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "windows"
    return json.loads((folder / request.param / "state.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [
        (f"{POLICIES}\\explorer", "NoDriveTypeAutoRun", ["DWord", 255]),
        (f"{POLICIES}\\system", "InactivityTimeoutSecs", ["DWord", 600]),
        (LAN, "SMB1", ["DWord", 0]),
        (f"{UPDATES}\\au", "AUOptions", ["DWord", 4]),
        (UPDATES, "SetDisablePauseUXAccess", ["DWord", 1]),
        (f"{POLICIES}\\system", "ConsentPromptBehaviorAdmin", ["DWord", 2]),
    ],
)
def test_the_registry_holds_what_the_baseline_demands(pc, key, name, value):
    assert pc["registry"][key][name] == value


def test_everybody_who_is_logged_on_gets_a_lock_that_asks_for_the_password(pc):
    key = f"hku\\{pc['user']}\\software\\policies\\microsoft\\windows\\control panel\\desktop".lower()
    assert pc["registry"][key]["ScreenSaverIsSecure"] == ["String", "1"]


def test_passwords_and_lockout_are_in_the_security_template(pc):
    access = pc["template"]["System Access"]
    wanted = {
        "MinimumPasswordLength": "10",
        "MaximumPasswordAge": "42",
        "LockoutBadCount": "5",
        "LockoutDuration": "15",
    }
    assert {key: access[key] for key in wanted} == wanted


def test_guests_do_not_come_in(pc):
    assert "*S-1-5-32-546" in pc["template"]["Privilege Rights"]["SeDenyNetworkLogonRight"].split(",")
    assert [account["Disabled"] for account in pc["accounts"].values() if account["Name"] == "Guest"] == [True]


def test_failed_logons_are_recorded(pc):
    assert pc["audit"]["{0CCE9217-69AE-11D9-BED3-505054503030}"][1] & 2


def test_no_revert_is_left_to_come(pc):
    assert pc["tasks"] == []
