# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A recording of a machine names nobody, and gives the same observations as the machine."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import engine, facts, recording
from tests.doubles.windows.commands import shell_of
from tests.doubles.windows.components import share
from tests.doubles.windows.machine import Machine
from tests.doubles.windows.rules import rule
from tests.doubles.windows.values import Record
from tests.integration.windows.office import ROOT, office

ROWS = (
    {"id": "guest", "control": "AC-07", "kind": "local_account", "rid": 501, "attribute": "enabled", "desired": False},
    {"id": "length", "control": "AC-01", "kind": "security_policy", "key": "MinimumPasswordLength", "desired": 0},
    {"id": "deny", "control": "AC-15", "kind": "user_right", "right": "SeDenyNetworkLogonRight", "desired": []},
    {"id": "audit", "control": "LG-02", "kind": "audit_policy", "guid": "{0CCE9215-69AE-11D9-BED3-505054503030}",
     "desired": "success and failure"},
    {"id": "user", "control": "AC-08", "kind": "registry", "hive": "users", "key": "Software\\A", "name": "B",
     "type": "String", "desired": "1"},
    {"id": "group", "control": "AC-11", "kind": "local_group", "group": "S-1-5-32-544", "desired": [], "compare": "<="},
    {"id": "wlan", "control": "WL-03", "kind": "wlan", "desired": ["WPA2PSK/AES"], "compare": "in"},
    {"id": "program", "control": "SW-02", "kind": "program", "scope": "users", "desired": ["*"], "compare": "<="},
    {"id": "open", "control": "AC-15", "kind": "share", "attribute": "open_to_everyone", "desired": []},
    {"id": "drive", "control": "AC-15", "kind": "share", "attribute": "whole_drive", "desired": []},
    {"id": "rdp", "control": "ND-03", "kind": "firewall_rule", "group": "@FirewallAPI.dll,-28752", "ports": [5986],
     "service": "TermService", "compare": "<=", "desired": []},
)  # fmt: skip
NAMES = (
    "NguyenVanA",
    "KHACH",
    "UBND-PC7",
    "1000-2000-3000",
    "XA-TAN",
    "thu.tran",
    "Ho so can bo",
    "Mo cho",
    "Wi-Fi UBND",
    "xa-tan.gov",
)


def a_machine():
    machine = Machine()
    machine.add_account(1002, "NguyenVanA", disabled=False)
    machine.accounts[f"{machine.sid}-501"]["Name"] = "KHACH"
    rights = machine.template["Privilege Rights"]
    rights["SeDenyNetworkLogonRight"] = "KHACH"
    rights["SeNetworkLogonRight"] = "XA-TAN\\thu.tran,nguyenvana,*S-1-5-21-7-8-9-1105"
    machine.name = "UBND-PC7"
    machine.known_names["S-1-5-21-7-8-9-1105"] = "XA-TAN\\thu.tran"
    machine.groups["S-1-5-32-544"].append("S-1-5-21-7-8-9-1105")
    machine.add_network("Wi-Fi UBND", "WPA2PSK", "AES")
    machine.add_program("Reader", "Vendor", origin=f"HKU\\{machine.user}\\SOFTWARE")
    policy = "CN={31B2F340-016D-11D2-945F-00C04FB984F9},CN=Policies,CN=System,DC=xa-tan,DC=gov,DC=vn"
    machine.domain_security.append(Record({"KeyName": "MinimumPasswordLength", "GPOID": policy}))
    audit = "head\r\nUBND-PC7,System,Logon,{0CCE9215-69AE-11D9-BED3-505054503030},Success,,1\r\n"
    machine.files["C:\\Windows\\security\\audit\\audit.csv"] = audit.encode("utf-16")
    machine.components.shares.append(share("Ho so can bo", "D:\\Ho so can bo", f"D:(A;;FA;;;{machine.user})"))
    machine.components.shares.append(share("D", "D:\\", "D:(A;;FA;;;WD)"))
    machine.rules.append(rule("Mo cho thu.tran", "5986"))
    machine.registry.set(f"HKU\\{machine.user}\\Software\\A", "B", "String", "1")
    return machine


def answer_of(machine):
    script = (ROOT / "plugins/plugin_utils/_engines/windows/collect.ps1").read_text("utf-8")
    (answer,) = shell_of(machine).run(script, {"Question": json.dumps(engine.question(ROWS))})
    return answer


def states(answer):
    return {one.row["id"]: one.state for one in engine.judged(ROWS, facts.read(answer))}


def everything_in(recorded):
    exports = json.loads(recorded)["sections"]
    files = [
        exports["template"][0],
        exports["audit"][0],
        *(one["content"] for one in exports["domain"] if "content" in one),
    ]
    texts = [facts.decoded(base64.b64decode(one)) for one in files]
    return recorded + "".join(texts)


def test_nobody_is_named_and_nothing_else_is_lost():
    machine = a_machine()
    answer = answer_of(machine)
    recorded = recording.redacted(answer)
    shown = everything_in(recorded).lower()
    assert [name for name in NAMES if name.lower() in shown] == []
    assert states(recorded) == states(answer)
    assert set(states(answer).values()) == {"pass", "fail"}
    assert "DC=" not in recorded


def test_the_playbook_writes_a_recording_for_its_owner_alone(tmp_path):
    machine = a_machine()
    with office(tmp_path, {"pc": machine}) as site:
        site.run("--check", '--args={"roles": ["file_sharing"]}')  # writes the inventory
        playbook = [
            "playbooks/record_windows.yml",
            "-i",
            str(tmp_path / "hosts.json"),
            "-e",
            f"recordings={tmp_path}/r",
        ]
        done = subprocess.run(
            [sys.executable, "-m", "ansible.cli.playbook", *playbook],
            cwd=ROOT, env={**os.environ}, text=True, capture_output=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    path = Path(tmp_path / "r/pc.json")
    assert path.stat().st_mode & 0o077 == 0
    assert [name for name in NAMES if name.lower() in everything_in(path.read_text("utf-8")).lower()] == []
    assert machine.writes == []
