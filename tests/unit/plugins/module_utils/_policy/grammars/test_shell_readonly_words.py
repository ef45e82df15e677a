# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import shell_readonly


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("if TMOUT=5; then :; fi", "5"),
        ("if true; then TMOUT=5; fi", "5"),
        ("if false; then :; elif TMOUT=5; then :; fi", "5"),
        ("if false; then :; else TMOUT=5; fi", "5"),
        ("while TMOUT=5; do break; done", "5"),
        ("until TMOUT=5; do :; done", "5"),
        ("for i in 1; do TMOUT=5; done", "5"),
        ("{ TMOUT=5; }", "5"),
        ("! TMOUT=5", "5"),
        ("TMOUT=5; unset OTHER", "5"),
        ("TMOUT=5; unset XTMOUT", "5"),
        ("TMOUT=5; unset -v TMOUT", None),
        ("TMOUT=5; unset OTHER TMOUT", None),
        ("TMOUT=5; export OTHER=TMOUT", "5"),
        ("readonly OTHER=TMOUT\nTMOUT=5", "5"),
        ("export OTHER=1 TMOUT=5", "5"),
        ("TMOUT=4 OTHER=1 TMOUT=5", "5"),
        ("typeset -r TMOUT=5\n(TMOUT=6) || :", "5"),
        ("unset TMOUT\nTMOUT=5", "5"),
        ("declare -x TMOUT=5\nTMOUT=6", "6"),
    ],
)
def test_a_line_sets_what_bash_says_it_sets(text, value):
    shell = ["bash", "-c", f'{text}\nprintf "%s" "${{TMOUT-unset}}"']
    printed = subprocess.run(shell, env={"PATH": "/bin:/usr/bin"}, text=True, capture_output=True, check=True).stdout
    assert (None if printed == "unset" else printed) == value
    assert shell_readonly.read([("/etc/profile", text)], "TMOUT").value == value
