# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make demo`: real hosts and simulated Windows PCs come up and into a register; they are checked, hardened, broken by
hand, corrected, and one of each is taken back.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, records
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import APPROVAL, EXCEPTION, PERSON
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register, Writer
from tests import demo_pcs
from tests.lab.errors import LabError
from tests.lab.host import Host
from tests.lab.lab import Lab
from tests.lab.zones import office

ROOT = Path(__file__).parents[1]
SUITES = {"may-chu-12": "bookworm", "may-tram-13": "trixie"}
CLASSES = {"may-chu-12": "server", "may-tram-13": "workstation"}
BROKEN, BROKEN_PC = "may-chu-12", "may-tram-win-2"
SITE = ROOT / "build/demo"
PCS = ROOT / "build/demo-pcs"
VALUES = {
    "account_policy_administrators": ["ops"],
    "patching_mirror": "http://10.77.0.1",
    "patching_proxy": "DIRECT",
    "software_control_allowed": ["cron", "kmod"],
    "software_control_server_roles": [],
    "ssh_server_allowed_sources": ["10.77.0.0/24"],
    # In the zone model of the lab, its own network is a zone beside those of an office.
    "host_firewall_offer": {
        "zone": "control",
        "services": [],
        "managers": ["10.77.0.1"],
        "gateways": ["10.77.0.1"],
        "outbound": "{{ 'model' if baseline_device_class == 'server' else 'any' }}",
    },
}
BY = {"approver": "Người chạy thử", "document": "make demo", "expires": "2099-12-31"}
EXCEPTIONS = (
    {
        "control": "LG-01",
        "row": "LNX-TIME-NTP",
        "reason": "Máy thử là container, lấy giờ của máy chủ chứa nó",
        **BY,
    },
    *(
        {"control": control, "row": row, "reason": "Máy thử dùng ảnh gốc của bản phát hành, chưa cài bản vá", **BY}
        for control, row in (
            ("PT-01", "LNX-PATCH-Overdue"),
            ("PT-01", "LNX-PATCH-Restart"),
            ("PT-03", "LNX-PATCH-Pending"),
        )
    ),
)
RUNNER = {"code": "demo", "name": "Người chạy thử", "roles": ["chu_quan"]}
APPROVED = {
    "number": "make demo",
    "dated_on": "2026-01-31",
    "subject": "Máy thử",
    "signer": "demo",
    "scope": "in_service: Máy thử chỉ dùng để chạy thử, chưa qua playbooks/enroll.yml",
}
PREPARE = "sudo timedatectl set-timezone Asia/Ho_Chi_Minh && sudo apt-get -qq update"
BREAK_BY_HAND = (
    "echo 'TMOUT=0' | sudo tee /etc/profile.d/zz-commune-baseline.sh",
    "sudo sysctl --write net.ipv4.tcp_syncookies=0",
    "sudo sed --in-place 's/^X11Forwarding no/X11Forwarding yes/' /etc/ssh/sshd_config.d/00-commune-baseline.conf",
)
CONTROLS = {"COMMUNE_BASELINE_DETAILS": "controls"}


def main() -> int:
    say(
        "Dựng hai máy thử (container Debian 12 và 13) và hai máy Windows MÔ PHỎNG",
        "Two hosts come up (Debian 12 and 13), and two SIMULATED Windows PCs",
    )
    try:
        with Lab("demo", SUITES) as lab, demo_pcs.running(PCS) as pcs:
            show(lab, pcs)
    except LabError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    say("Các máy đã được gỡ bỏ", "The hosts are gone again")
    return 0


def show(lab: Lab, pcs: demo_pcs.Pcs) -> None:
    lay_out(lab)
    pcs.lay_out(SITE)
    program("ansible-inventory", "--graph", expected=0)
    for host in lab.hosts.values():
        host.ssh(PREPARE, timeout=300)
    say("1. Chỉ kiểm tra, không thay đổi gì; máy mới nên sẽ KHÔNG ĐẠT", "1. Check only; fresh hosts fail")
    playbook("playbooks/drift.yml", "--check", expected=2, settings=CONTROLS)
    say("2. Áp dụng", "2. Enforce")
    playbook("playbooks/harden.yml", expected=0, settings=CONTROLS)
    say("3. Chạy lại: không còn gì để sửa", "3. Run again: nothing is left to correct")
    playbook("playbooks/drift.yml", expected=0, settings=CONTROLS)
    say(
        "4. Có người sửa bằng tay ba thiết lập trên hai máy", "4. Somebody breaks three settings of two devices by hand"
    )
    for command in BREAK_BY_HAND:
        print(f"$ {command}")
        lab.host(BROKEN).ssh(command)
    pcs.break_by_hand(BROKEN_PC)
    only = ("--limit", f"{BROKEN},{BROKEN_PC}")
    say("5. Kiểm tra: tìm thấy sai lệch, nên KHÔNG ĐẠT", "5. Check: the drift is found")
    playbook("playbooks/drift.yml", "--check", *only, expected=2)
    say("6. Sửa sai lệch", "6. Correct it")
    playbook("playbooks/drift.yml", *only, expected=0)
    say("7. Hoàn tác việc sửa đó", "7. Take that correction back")
    playbook("playbooks/rollback.yml", *only, "--extra-vars", f"run={latest_run()}", expected=0)
    say(
        "8. Kết quả cuối cùng: hai máy vừa hoàn tác lại KHÔNG ĐẠT",
        "8. How things stand: what was taken back fails again",
    )
    playbook("playbooks/drift.yml", "--check", expected=2, settings=CONTROLS)
    report = (SITE / "evidence/reports/latest.html").relative_to(ROOT)
    say(f"Báo cáo: mở {report} bằng trình duyệt", f"The report: open {report} in a browser")


def lay_out(lab: Lab) -> None:
    """Make a site whose register holds the hosts of the lab, in service."""
    shutil.rmtree(SITE, ignore_errors=True)
    (SITE / "group_vars/all").mkdir(parents=True)
    (SITE / "group_vars/all/site.yml").write_text(json.dumps({**lab.variables, **VALUES}))
    office.write(SITE, office.text())
    (SITE / "register.yml").write_text("plugin: commune.baseline.register\n")
    register = Register.open(str(SITE / "register.db"), create=True)
    with register.write("make demo") as writer:
        records.put(writer, PERSON, RUNNER)
        for host in lab.hosts.values():
            register_host(writer, host)
        for name in demo_pcs.CONNECTIONS:
            devices.put(writer, {"name": name, **demo_pcs.KNOWN}, state="received")
        names = [*lab.hosts, *demo_pcs.CONNECTIONS]
        records.put(writer, APPROVAL, {**APPROVED, "devices": names})
        for name in names:
            devices.transition(writer, name, "hardening")
            devices.transition(writer, name, "in_service", document=APPROVED["number"], roles=RUNNER["roles"])
    register.close()


def register_host(writer: Writer, host: Host) -> None:
    known = {"class": CLASSES[host.name], "platform": "linux", "zone": "lan", "ips": [host.address]}
    devices.put(writer, {"name": host.name, **known}, state="received")
    for one in EXCEPTIONS:
        records.put(writer, EXCEPTION, {**one, "device": host.name})


def latest_run() -> str:
    """Return the id of the run that ended last."""
    return max(path.stem for path in (SITE / "evidence/runs").iterdir())


def playbook(*arguments: str, expected: int, settings: Mapping[str, str] = MappingProxyType({})) -> None:
    """Run a playbook on the devices of the register."""
    program("ansible-playbook", *arguments, expected=expected, settings=settings)


def program(name: str, *arguments: str, expected: int, settings: Mapping[str, str] = MappingProxyType({})) -> None:
    """Run a program of Ansible on the site; stop the demo if it does not end as it should."""
    site = ("--inventory", str(SITE.relative_to(ROOT)))
    print(f"$ {name} {' '.join((*site, *arguments))}", flush=True)
    environment = {**os.environ, "ANSIBLE_FORCE_COLOR": "0", **settings}
    command = [str(Path(sys.executable).with_name(name)), *site, *arguments]
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if code != expected:
        raise LabError(f"{name} {' '.join(arguments)} ended with code {code} instead of {expected}")


def say(vietnamese: str, english: str) -> None:
    print(f"\n=== {vietnamese} / {english}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
