# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make demo`: real hosts come up; one setting is checked, enforced, broken by hand, found and corrected."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.lab.errors import LabError
from tests.lab.lab import Lab

ROOT = Path(__file__).parents[1]
SUITES = {"may-chu-12": "bookworm", "may-chu-13": "trixie"}
BREAK_BY_HAND = "echo 'TMOUT=0' | sudo tee /etc/profile.d/zz-commune-baseline.sh"


def main() -> int:
    say("Dựng hai máy thử (container Debian 12 và 13)", "Two hosts come up (Debian 12 and 13)")
    try:
        with Lab("demo", SUITES) as lab:
            show(lab)
    except LabError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    say("Các máy đã được gỡ bỏ", "The hosts are gone again")
    return 0


def show(lab: Lab) -> None:
    say("1. Chỉ kiểm tra, không thay đổi gì; máy mới nên sẽ KHÔNG ĐẠT", "1. Check only; fresh hosts fail")
    playbook(lab, "playbooks/drift.yml", "--check", "--diff", expected=2)
    say("2. Áp dụng", "2. Enforce")
    playbook(lab, "playbooks/harden.yml", expected=0)
    say("3. Chạy lại: không còn gì để sửa", "3. Run again: nothing is left to correct")
    playbook(lab, "playbooks/drift.yml", expected=0)
    say(f"4. Có người sửa bằng tay: {BREAK_BY_HAND}", "4. Somebody breaks it by hand")
    print(lab.host("may-chu-12").ssh(BREAK_BY_HAND).stdout, end="")
    say("5. Kiểm tra: tìm thấy sai lệch, nên KHÔNG ĐẠT", "5. Check: the drift is found")
    playbook(lab, "playbooks/drift.yml", "--check", expected=2)
    say("6. Sửa sai lệch", "6. Correct it")
    playbook(lab, "playbooks/drift.yml", expected=0)


def playbook(lab: Lab, *arguments: str, expected: int) -> None:
    """Run a playbook on the lab; stop the demo if it does not end as it should."""
    program = Path(sys.executable).with_name("ansible-playbook")
    command = [str(program), "--inventory", str(lab.inventory), *arguments]
    print(f"$ ansible-playbook --inventory {lab.inventory.relative_to(ROOT)} {' '.join(arguments)}", flush=True)
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, "ANSIBLE_FORCE_COLOR": "0"}, check=False).returncode
    if code != expected:
        raise LabError(f"{' '.join(arguments)} ended with code {code} instead of {expected}")


def say(vietnamese: str, english: str) -> None:
    print(f"\n=== {vietnamese} / {english}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
