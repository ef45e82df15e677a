# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verbs of the evidence by the real ansible program."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import storing
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

COLLECTIONS = Path(__file__).parents[4] / ".ansible/collections"


WRITE = """
import sys
from pathlib import Path
from ansible_collections.commune.baseline.plugins.plugin_utils._door.signing import open_signer
for name in ("a", "b"):
    open_signer(Path(sys.argv[1])).keep(f"{name}.json", {"run": name})
"""


@pytest.fixture(name="verb")
def fixture_verb(tmp_path):
    """The evidence of two runs, its public key beside it, and the verbs; a verb returns its code and its result."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    environment |= {
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        "PYTHONPATH": str(COLLECTIONS),
    }
    # By another process: this one would hold the folder.
    subprocess.run([sys.executable, "-c", WRITE, str(tmp_path / "evidence")], env=environment, check=True)
    shutil.copy(tmp_path / "evidence/keys/public-00000001.pem", tmp_path / "key.pem")

    def run(name, *arguments, **options):
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [{f"commune.baseline.{name}": options}]}
        (tmp_path / "play.yml").write_text(json.dumps([play]))
        command = [sys.executable, "-m", "ansible.cli.playbook", "--inventory", "localhost,", "play.yml", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, text=True, capture_output=True, check=False)
        report, _end = json.JSONDecoder().raw_decode(done.stdout[done.stdout.index("{") :])
        return done.returncode, report["plays"][0]["tasks"][0]["hosts"]["localhost"]

    return run


def test_evidence_is_verified_with_the_public_key_alone_and_what_was_changed_is_named(verb, tmp_path):
    shutil.rmtree(tmp_path / "evidence/keys")
    given = {"folder": str(tmp_path / "evidence"), "public_key": str(tmp_path / "key.pem")}
    code, result = verb("evidence_verify", **given)
    assert (code, result["changed"], result["bundles"], result["faults"]) == (0, False, 2, [])
    (warning,) = result["warnings"]
    assert warning.splitlines()[0].startswith("chỉ từ thư mục này không biết được các gói ở cuối có bị cắt hay không: ")
    assert warning.splitlines()[1] == result["unseen"]
    anchored = verb("evidence_verify", **given, last=result["last"])[1]
    assert (anchored["unseen"], anchored.get("warnings", [])) == (None, [])
    (tmp_path / "evidence/runs/a.json").write_text("{}")
    code, result = verb("evidence_verify", **given)
    told = "runs/a.json was changed: it is not what bundle 1 tells of"
    assert (code, result["failed"], result["faults"]) == (2, True, [told])
    assert result["msg"].splitlines() == [
        f"bằng chứng trong {tmp_path}/evidence không còn nguyên vẹn:",
        "runs/a.json đã bị sửa: không khớp với gói 1",
        f"the evidence in {tmp_path}/evidence is not whole:",
        told,
    ]


def test_evidence_that_was_removed_as_a_whole_is_asked_for(verb, tmp_path):
    folder, place = tmp_path / "evidence", str(tmp_path / "register.db")
    write = WRITE.replace('{"run": name}', '{"run": name, "kind": "rollback", "round": sys.argv[2]}')
    environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS)}
    with contextlib.closing(Register.open(place, create=True)) as register:
        for again in range(2):
            for one in (*(folder / "bundles").iterdir(), *(folder / "runs").iterdir()):
                one.unlink()
            subprocess.run([sys.executable, "-c", write, str(folder), str(again)], env=environment, check=True)
            with register.write("officer") as writer:
                assert storing.store(writer, folder) == []
    given = {"folder": str(folder), "public_key": str(tmp_path / "key.pem"), "register": place}
    code, result = verb("evidence_verify", **given)
    assert (code, result["bundles"], result["elsewhere"]) == (0, 2, 2)
    (warning,) = result["warnings"]
    assert "the register is anchored to 2 bundles that are no part of this folder" in warning


def test_a_public_key_of_the_folder_itself_is_used_with_a_warning(verb, tmp_path):
    key = tmp_path / "evidence/keys/public-00000001.pem"
    _code, result = verb("evidence_verify", folder=str(tmp_path / "evidence"), public_key=str(key))
    told = f"{key} lies in the folder that it is to prove: whoever changed one could change both"
    assert told in "\n".join(result["warnings"]).splitlines()


def test_a_key_that_is_not_there_is_named(verb, tmp_path):
    key = str(tmp_path / "no.pem")
    code, result = verb("evidence_verify", folder=str(tmp_path / "evidence"), public_key=key)
    english = f"cannot read {key}: No such file or directory"
    assert (code, result["msg"].splitlines()) == (2, [f"không đọc được {key}: không có tệp hoặc thư mục này", english])


def test_new_keys_are_made_and_what_the_old_ones_signed_is_still_verified(verb, tmp_path):
    folder = str(tmp_path / "evidence")
    assert verb("evidence_rotate", "--check", folder=folder)[1]["changed"] is True
    assert len(list((tmp_path / "evidence/bundles").iterdir())) == 2
    code, result = verb("evidence_rotate", folder=folder)
    assert (code, Path(result["public_key"]).name) == (0, "public-00000004.pem")
    code, result = verb("evidence_verify", folder=folder, public_key=str(tmp_path / "key.pem"))
    assert (code, result["bundles"]) == (0, 3)


@pytest.mark.parametrize("mode", [(), ("--check",)])
def test_no_keys_are_made_in_a_folder_that_was_mistyped(verb, tmp_path, mode):
    code, result = verb("evidence_rotate", *mode, folder=str(tmp_path / "evidnce"))
    told = f"{tmp_path}/evidnce is no folder of evidence: it has no folder bundles"
    assert (code, result["msg"].splitlines()[-1], (tmp_path / "evidnce").exists()) == (2, told, False)
