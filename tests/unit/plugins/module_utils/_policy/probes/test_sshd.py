# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import subprocess
import time
from pathlib import Path

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs, validators
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import sshd


@pytest.fixture(name="install")
def fixture_install(install_program, tmp_path, monkeypatch):
    """Install a program called sshd, which counts how often it is asked."""
    monkeypatch.setattr(sshd, "PID_FILE", str(tmp_path / "pid"))
    monkeypatch.setattr(sshd, "DEFAULTS", str(tmp_path / "default"))
    monkeypatch.setattr(validators, "privilege_separation_folder", contextlib.nullcontext)

    def install(script):
        install_program("sshd", f'echo "$*" >> {tmp_path}/asked\n{script}')
        return tmp_path / "asked"

    return install


def test_one_question_answers_all_keys_in_any_case(install):
    answer = (
        "permitrootlogin without-password\nacceptenv LANG\nacceptenv LC_*\nsubsystem sftp /usr/lib/sftp\nbanner none"
    )
    asked = install(f"cat <<'END'\n{answer}\nEND")
    keys = ["PermitRootLogin", "AcceptEnv", "Subsystem", "banner"]
    readings = sshd.read_keys(keys)
    values = {"PermitRootLogin": "prohibit-password", "AcceptEnv": "LANG,LC_*", "Subsystem": "sftp /usr/lib/sftp"}
    assert {key: readings[key].value for key in keys} == {**values, "banner": "none"}
    assert asked.read_text() == "-T\n"


def test_a_run_that_only_looks_asks_once_and_any_other_each_time(install):
    asked = install("echo port 22")
    with programs.keeping_answers():
        assert [sshd.read_keys([key])[key].value for key in ("Port", "Port")] == ["22", "22"]
        assert asked.read_text() == "-T\n"
    for _time in range(2):
        sshd.read_keys(["Port"])
    assert asked.read_text() == "-T\n" * 3


def test_a_key_that_this_sshd_does_not_have_has_no_meaning_here(install):
    install("echo port 22")
    readings = sshd.read_keys(["Protocol", "AllowGroups"])
    assert readings["Protocol"].inapplicable == "this sshd has no Protocol"
    assert (readings["AllowGroups"].inapplicable, readings["AllowGroups"].value) == (None, None)


def test_an_sshd_that_refuses_its_configuration_leaves_everything_open(install):
    install("echo Bad configuration >&2; exit 255")
    assert sshd.read_keys(["Port"])["Port"].unreadable == "sshd -T failed with code 255: Bad configuration"


def test_without_sshd_its_keys_have_no_meaning(tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "_PATH", str(tmp_path))
    assert sshd.read_keys(["Port", "Banner"])["Banner"].inapplicable == "sshd is not installed"


def test_options_of_the_daemon_overrule_the_files(install, tmp_path):
    asked = install("echo port 22")
    title = "sshd: /usr/sbin/sshd -D -oPermitRootLogin=yes -p 2222 -f /etc/other [listener] 0 of 10-100 startups"
    (tmp_path / "default").write_text("SSHD_OPTS=-oBanner=none\n")
    with subprocess.Popen(["bash", "-c", f"exec -a '{title}' sleep 60"]) as daemon:
        (tmp_path / "pid").write_text(f"{daemon.pid}\n")
        while not Path(f"/proc/{daemon.pid}/cmdline").read_bytes().startswith(b"sshd:"):
            time.sleep(0.01)
        sshd.read_keys(["Port"])
        daemon.kill()
    sshd.read_keys(["Port"])
    assert asked.read_text().splitlines() == ["-T -o PermitRootLogin=yes -p 2222 -f /etc/other", "-T -o Banner=none"]


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ('SSHD_OPTS="-4 -o Banner=none"', "-T -o Banner=none"),
        ("SSHD_OPTS=", "-T"),
        ("OTHER=-oBanner=none", "-T"),
    ],
)
def test_without_a_daemon_the_options_of_its_next_start_count(install, tmp_path, line, question):
    asked = install("echo port 22")
    (tmp_path / "default").write_text(f"{line}\n")
    sshd.read_keys(["Port"])
    assert asked.read_text().splitlines() == [question]


def test_options_that_nobody_understands_leave_everything_open(install, tmp_path):
    install("echo port 22")
    (tmp_path / "default").write_text("SSHD_OPTS=-Z\n")
    assert sshd.read_keys(["Port"])["Port"].unreadable.startswith("sshd runs with options that are not understood")
