# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.commune.baseline.plugins.modules import linux_policy


def run(capsys, tmp_path, **special):
    row = {
        "id": "LNX-SHELL-TMOUT",
        "control": "AC-08",
        "kind": "option",
        "path": str(tmp_path / "idle.sh"),
        "grammar": "shell",
        "key": "TMOUT",
        "desired": 600,
    }
    with patch_module_args({"rows": [row], **special}), pytest.raises(SystemExit):
        linux_policy.main()
    return json.loads(capsys.readouterr().out)


def test_second_run_changes_nothing(capsys, tmp_path):
    assert run(capsys, tmp_path)["changed"] is True
    assert run(capsys, tmp_path)["changed"] is False


def test_check_mode_predicts_the_change_and_its_diff(capsys, tmp_path):
    predicted = run(capsys, tmp_path, _ansible_check_mode=True, _ansible_diff=True)
    assert predicted["changed"] is True
    assert predicted["diff"] == {"before": {"LNX-SHELL-TMOUT": None}, "after": {"LNX-SHELL-TMOUT": 600}}
    assert not (tmp_path / "idle.sh").exists()
