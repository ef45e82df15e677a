# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import shell_readonly


def value_of(*texts: str) -> str | None:
    return shell_readonly.read([(f"/etc/{number}", text) for number, text in enumerate(texts)], "TMOUT").value


def value_in_shell(shell: str, text: str) -> str | None:
    """Ask an interactive shell what the variable holds after reading the text."""
    printed = subprocess.run(
        [shell, "-i", "-c", f'{text}\nprintf "value %s\n" "${{TMOUT-unset}}"'],
        env={"PS1": "$ ", "PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
        start_new_session=True,
    ).stdout.decode()
    value = printed.rpartition("value ")[2].rstrip("\n")
    return None if value == "unset" else value


START_UP_FILES = [
    "",
    "TMOUT=600\n",
    "export TMOUT=600\n",
    "readonly TMOUT=600\n",
    "TMOUT=600; readonly TMOUT; export TMOUT\n",
    "TMOUT=600\nTMOUT=900\n",
    "readonly TMOUT=600\nTMOUT=900\n",
    "TMOUT=600\nreadonly TMOUT\nTMOUT=0\n",
    "declare -rx TMOUT=300\nTMOUT=0\n",
    "TMOUT=600\nunset TMOUT\n",
    "# TMOUT=600\n",
    "TMOUT='600' # ten minutes\n",
    "XTMOUT=600\n",
    "TMOUT=5 true\n",
    "echo TMOUT=5 >&2\n",
    "if true; then TMOUT=300; fi\n",
    "true && export TMOUT=60\n",
    "MOTD='say \"hello\nTMOUT=5'\nTMOUT=600\n",
    "TMOUT=600",
    "TMOUT=600\r\n",
    "# next\x85line \u2028 TMOUT=5\nTMOUT=7\n",
    "case x in *) TMOUT=9 ;; esac\n",
]


@pytest.mark.parametrize("text", START_UP_FILES)
def test_reads_what_bash_ends_up_with(text):
    assert value_of(text) == value_in_shell("bash", text)


@pytest.mark.parametrize("text", START_UP_FILES)
def test_what_is_written_holds_in_bash_and_cannot_be_undone(text):
    written = shell_readonly.write(text, "TMOUT", 600)
    assert value_of(written) == "600"
    assert value_in_shell("bash", f"{written}\nTMOUT=0") == "600"


@pytest.mark.parametrize("text", START_UP_FILES)
def test_a_posix_shell_that_assigns_the_variable_later_lives_on(text):
    written = shell_readonly.write(text.replace("readonly TMOUT", "export TMOUT"), "TMOUT", 600)
    assert value_in_shell("sh", f"{written}{written}TMOUT=900") == "900"


@pytest.mark.parametrize("text", START_UP_FILES)
def test_writing_twice_changes_nothing(text):
    written = shell_readonly.write(text, "TMOUT", 600)
    assert shell_readonly.write(written, "TMOUT", 600) == written


def test_what_others_wrote_into_our_file_is_left_out_and_our_other_variables_stay():
    other = shell_readonly.write("", "HISTSIZE", 500)
    written = shell_readonly.write(f"if true; then\n{other}echo \\", "TMOUT", 600)
    assert written == shell_readonly.write(other, "TMOUT", 600)
    assert [value_in_shell("bash", written), shell_readonly.read([("/etc/a", written)], "HISTSIZE").value] == [
        "600",
        "500",
    ]


def test_an_earlier_file_that_freezes_the_variable_wins():
    reading = shell_readonly.read([("/etc/profile", "\nreadonly TMOUT=0\n"), ("/etc/z.sh", "TMOUT=600\n")], "TMOUT")
    assert (reading.value, reading.where) == ("0", "/etc/profile:2")


def test_a_value_cannot_become_a_command():
    written = shell_readonly.write("", "TMOUT", "5; touch /tmp/never")
    assert value_in_shell("bash", written) == "5; touch /tmp/never"
