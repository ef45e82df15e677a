# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs, services

# A restart leaves each unit as the file of its name with ".after" says, and fails where that file is missing.
SYSTEMCTL = """#!/bin/sh
echo "$1" >>{folder}/asked
case "$1" in
show)
    while [ "$1" != -- ]; do shift; done
    shift
    for unit; do echo TriggeredBy=; cat "{folder}/$unit"; echo; done ;;
try-reload-or-restart | try-restart)
    [ -e "{folder}/$2.after" ] || {{ echo "Job for $2 failed" >&2; exit 1; }}
    cp "{folder}/$2.after" "{folder}/$2" ;;
esac
"""
RUNNING, STOPPED = "ActiveState=active\nSubState=running\n", "ActiveState=inactive\nSubState=dead\n"
FAILED, RETRYING = "ActiveState=failed\nSubState=failed\n", "ActiveState=activating\nSubState=auto-restart\n"


@pytest.fixture(name="restart")
def fixture_restart(tmp_path, monkeypatch):
    program = tmp_path / "systemctl"
    program.write_text(SYSTEMCTL.format(folder=tmp_path))
    program.chmod(0o755)
    monkeypatch.setitem(programs.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(services, "_SETTLING_SECONDS", 0)

    def restart(before, after, files=()):
        (tmp_path / "a").write_text(before)
        if after is not None:
            (tmp_path / "a.after").write_text(after)
        return services.take_up(["a", "a"], files), (tmp_path / "asked").read_text().split()

    return restart


@pytest.mark.parametrize(("before", "after"), [(RUNNING, RUNNING), (STOPPED, STOPPED), (FAILED, FAILED)])
def test_a_service_that_is_as_it_was_took_it_up(restart, before, after):
    errors, asked = restart(before, after)
    assert errors == {}
    assert asked.count("try-reload-or-restart") == 1


@pytest.mark.parametrize("after", [STOPPED, FAILED, RETRYING])
def test_a_service_that_does_not_come_up_again_is_told_though_systemctl_was_content(restart, after):
    errors, _asked = restart(RUNNING, after)
    assert errors == {"a": "a ran, but does not any more since it was restarted"}


@pytest.mark.parametrize(
    ("socket", "verb"), [(RUNNING, "try-restart"), (STOPPED, "try-reload-or-restart"), (None, "try-reload-or-restart")]
)
def test_a_service_that_got_its_socket_from_systemd_is_never_reloaded(restart, tmp_path, socket, verb):
    (tmp_path / "a.socket").write_text(socket or "")
    running = RUNNING + ("TriggeredBy=a.timer a.socket\n" if socket else "TriggeredBy=a.timer\n")
    errors, asked = restart(running, running)
    assert (errors, [word for word in asked if word.startswith("try")]) == ({}, [verb])


def test_a_restart_that_fails_is_told_with_what_systemctl_said(restart):
    errors, _asked = restart(RUNNING, None)
    assert errors == {"a": "systemctl try-reload-or-restart a failed with code 1: Job for a failed"}


@pytest.mark.parametrize(
    ("file", "reloads"), [("/etc/systemd/system/a.service.d/zz.conf", 1), ("/etc/ssh/sshd_config", 0)]
)
def test_systemd_reads_its_files_again_only_if_one_changed(restart, file, reloads):
    _errors, asked = restart(RUNNING, RUNNING, [file])
    assert asked.count("daemon-reload") == reloads


def test_a_service_that_is_gone_has_nothing_to_take_up(restart):
    errors, asked = restart("LoadState=not-found\nActiveState=inactive\nSubState=dead\n", None)
    assert (errors, [word for word in asked if word.startswith("try")]) == ({}, [])
