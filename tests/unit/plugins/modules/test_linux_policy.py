# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args

from ansible_collections.commune.baseline.plugins.module_utils._policy import journal
from ansible_collections.commune.baseline.plugins.modules import linux_policy, linux_rollback
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.linux import parcels

MODULE_UTILS = Path(journal.__file__).parents[1]
RUN = "20261121-234501-2178"


@pytest.fixture(name="journals", autouse=True)
def fixture_journals(monkeypatch, tmp_path):
    """The journals of the machine that the tests run on are none of theirs."""
    monkeypatch.setattr(journal, "FOLDER", str(tmp_path / "journals"))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    return tmp_path / "journals"


def run(capsys, tmp_path, **special):
    row = {
        "id": "LNX-SHELL-TMOUT",
        "control": "AC-08",
        "kind": "option",
        "path": str(tmp_path / "idle.sh"),
        "grammar": "shell_readonly",
        "key": "TMOUT",
        "desired": 600,
    }
    modes = {"_ansible_check_mode": False, "_ansible_diff": False, **special}
    linux_policy.main(json.dumps({"run": RUN, **parcels(MODULE_UTILS, [row]), **modes}))
    return json.loads(capsys.readouterr().out)


def test_second_run_changes_nothing(capsys, tmp_path):
    assert run(capsys, tmp_path)["changed"] is True
    assert run(capsys, tmp_path)["changed"] is False


def test_check_mode_predicts_the_change_and_its_diff(capsys, tmp_path):
    predicted = run(capsys, tmp_path, _ansible_check_mode=True, _ansible_diff=True)
    assert predicted["changed"] is True
    assert predicted["diff"] == {"before": {"LNX-SHELL-TMOUT": None}, "after": {"LNX-SHELL-TMOUT": 600}}
    assert not (tmp_path / "idle.sh").exists()


@pytest.mark.parametrize("check", [True, False])
def test_a_secret_in_the_place_of_a_value_does_not_leave_the_device(capsys, tmp_path, check):
    hash_ = "$6$saltsalt$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO"
    (tmp_path / "idle.sh").write_text(f"readonly TMOUT='{hash_}'\n")
    seen = run(capsys, tmp_path, _ansible_check_mode=check, _ansible_diff=True)
    assert seen["observations"][0]["before"] == "***"
    assert hash_ not in json.dumps(seen)


def sent(**arguments):
    """Return the module as Ansible sends it, which has no other way to its arguments."""
    marker = "<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>"
    modes = {"_ansible_check_mode": True, "_ansible_diff": False}
    return Path(linux_policy.__file__).read_text().replace(marker, json.dumps({**modes, **arguments}))


def test_what_is_sent_needs_nothing_but_python_and_imports_nothing_from_the_folder_it_is_in(tmp_path):
    for name in ("__future__.py", "base64.py", "json.py"):
        (tmp_path / name).write_text("raise SystemExit('from the folder of whoever logged in')")
    program = sent(run=RUN, **parcels(MODULE_UTILS, []))
    command = [sys.executable, "-"]
    done = subprocess.run(command, input=program, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert json.loads(done.stdout)["observations"] == []


def test_a_call_without_the_engine_is_refused_in_one_sentence(capsys):
    linux_policy.main(json.dumps({"run": RUN}))
    told = json.loads(capsys.readouterr().out)
    assert told == {"failed": True, "msg": linux_policy._FOR_POLICY}


def test_what_goes_wrong_within_is_told_by_its_error_and_place(capsys):
    rows = [{"id": "LNX-X", "control": "AC-08", "kind": "option", "desired": 1}]
    given = {"run": RUN, **parcels(MODULE_UTILS, rows), "_ansible_check_mode": True, "_ansible_diff": False}
    linux_policy.main(json.dumps(given))
    told = json.loads(capsys.readouterr().out)
    assert (told["failed"], told["msg"]) == (True, "KeyError: 'grammar'")
    assert 'grammar = row["grammar"]' in told["exception"]


def test_a_person_who_runs_the_file_is_told_what_it_is():
    with pytest.raises(SystemExit, match=linux_policy._FOR_POLICY):
        linux_policy.main()


def test_the_options_are_documented_as_they_are_taken():
    options = yaml.safe_load(linux_policy.DOCUMENTATION)["options"]
    assert {name for name, option in options.items() if option.get("required")} == set(linux_policy._REQUIRED)
    assert options["revert_after"]["default"] == linux_policy._REVERT_SECONDS


def roll_back(capsys, run=RUN, **special):
    with patch_module_args({"run": run, **special}), pytest.raises(SystemExit):
        linux_rollback.main()
    return json.loads(capsys.readouterr().out)


def test_a_run_is_rolled_back_once_and_check_mode_only_names_what_would_be(capsys, tmp_path):
    run(capsys, tmp_path)
    file = tmp_path / "idle.sh"
    assert roll_back(capsys, _ansible_check_mode=True)["restored"] == [str(file)]
    assert file.exists()
    assert roll_back(capsys)["restored"] == [str(file)]
    assert not file.exists()
    again = roll_back(capsys)
    assert (again["changed"], again["restored"]) == (False, [])


def test_a_file_that_somebody_changed_since_is_left_alone(capsys, tmp_path):
    run(capsys, tmp_path)
    (tmp_path / "idle.sh").write_text("mine now")
    refused = roll_back(capsys)
    assert refused["msg"] == (
        f"cannot roll back run {RUN}: changed by somebody else since that run, so nothing is rolled back: "
        f"{tmp_path}/idle.sh"
    )
    assert (tmp_path / "idle.sh").read_text() == "mine now"


def test_check_mode_keeps_no_journal(capsys, tmp_path, journals):
    run(capsys, tmp_path, _ansible_check_mode=True)
    assert not journals.exists()


@pytest.mark.parametrize("name", ["", "../../etc", "20261121-234501-2178/..", "latest"])
def test_what_is_no_id_of_a_run_is_refused(capsys, name):
    assert roll_back(capsys, run=name)["msg"] == (
        f"run is {name!r}, which is no id of a run; one looks like 20261121-234501-2178"
    )
