# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make audit`: the machine this runs on is looked at as it is, by whoever runs it; nothing is changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "audit"
EVIDENCE = FOLDER / f"evidence-{os.geteuid()}"  # each login has its own: another one's is refused
INTRODUCTIONS = {
    "vi": "Kiểm tra chính máy này, không thay đổi gì.",
    "en": "This machine is looked at; nothing is changed.",
}
NO_ROOT = {
    "vi": "Không có quyền root: điều gì chỉ root đọc được thì ghi là CHƯA KIỂM TRA, không tính là đạt.",
    "en": "This is not root: what only root can read is NOT ASSESSED, and never counted as passed.",
}
CODES = {
    0: {
        "vi": "mọi biện pháp bắt buộc đã xét đều đạt.",
        "en": "every control that must be met, and was looked at, is met.",
    },
    2: {
        "vi": "có biện pháp bắt buộc chưa đạt hoặc chưa kiểm tra được. Đó là kết quả kiểm tra, không phải lỗi.",
        "en": "a control that must be met is not, or could not be looked at. That is the finding, not a fault.",
    },
}
OTHER_CODE = {
    "vi": "việc kiểm tra không thực hiện được trọn vẹn; nguyên nhân nêu ở trên.",
    "en": "the audit could not do its work; the reason stands above.",
}
CODE = {"vi": "Mã kết thúc {code}: {meaning}", "en": "Exit code {code}: {meaning}"}


def main() -> int:
    language = "en" if os.environ.get("COMMUNE_BASELINE_LANGUAGE") == "en" else "vi"
    print(INTRODUCTIONS[language], *([NO_ROOT[language]] if os.geteuid() else []), sep="\n", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    code = subprocess.run(command(), cwd=ROOT, env={**os.environ, **settings()}, check=False).returncode
    print(CODE[language].format(code=code, meaning=CODES.get(code, OTHER_CODE)[language]))
    return code


def command() -> list[str]:
    """Return the playbook that looks for drift, on this machine, in check mode and without becoming root."""
    program = Path(sys.executable).with_name("ansible-playbook")
    inventory = ROOT / "inventories" / "example"
    mode = ("--check", "--extra-vars", "ansible_become=false")
    return [str(program), "--inventory", str(inventory), *mode, *sys.argv[1:], str(ROOT / "playbooks" / "drift.yml")]


def settings() -> dict[str, str]:
    """Return what keeps Ansible's own files inside the checkout's folder of built things."""
    return {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_HOME": str(FOLDER),
        "ANSIBLE_LOCAL_TEMP": str(FOLDER / "tmp"),
        "ANSIBLE_REMOTE_TEMP": str(FOLDER / "tmp"),
        "COMMUNE_BASELINE_EVIDENCE": str(EVIDENCE),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


if __name__ == "__main__":
    sys.exit(main())
