# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import login_shell


def test_one_bash_answers_for_all_variables():
    readings = login_shell.read_variables(["UID", "NO_SUCH_VARIABLE", "HOME"])
    assert readings["UID"].value == str(os.geteuid() or 65534)
    assert readings["UID"].weakness is None
    assert readings["NO_SUCH_VARIABLE"].value is None
    assert readings["HOME"].weakness == "it is /nonexistent, but every user can change it"
