# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.alone import BusyError, hold


def test_a_second_run_is_refused_until_the_first_has_ended(tmp_path):
    command = ["flock", "--nonblock", tmp_path, sys.executable, "-c", "print('at work', flush=True); input()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(BusyError, match=re.escape(f"another run for this site is at work (it holds {tmp_path})")):
            hold(tmp_path)
        other.communicate(b"\n")
    hold(tmp_path)


def test_a_run_may_hold_its_folder_twice(tmp_path):
    hold(tmp_path)
    hold(tmp_path)


def test_what_another_program_sees_is_a_lock_that_leaves_nothing_behind(tmp_path):
    hold(tmp_path)
    refused = subprocess.run(["flock", "--nonblock", tmp_path, "true"], check=False).returncode
    assert (refused, list(tmp_path.iterdir())) == (1, [])
