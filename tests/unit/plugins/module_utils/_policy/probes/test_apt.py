# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import apt

ANSWER = """\
APT "";
APT::Periodic "";
APT::Periodic::Enable "1";
Origins "";
Origins:: "one";
Origins:: "two";
Empty "";
"""


@pytest.fixture(name="install")
def fixture_install(install_program):
    return functools.partial(install_program, "apt-config")


def test_what_apt_goes_by_is_its_own_answer_in_any_case_of_letters(install):
    install(f"test \"$*\" = dump && cat <<'END'\n{ANSWER}END")
    readings = apt.read_keys(["apt::periodic::enable", "Origins::", "Empty", "Other"])
    assert [readings[key].value for key in readings] == ["1", "one\ntwo", "", None]


def test_files_that_apt_cannot_read_leave_no_answer(install):
    install("echo 'E: Syntax error /etc/apt/apt.conf.d/x:1' >&2; exit 100")
    assert apt.read_keys(["a"])["a"].unreadable.endswith("E: Syntax error /etc/apt/apt.conf.d/x:1")


def test_without_apt_there_is_nothing_to_ask(tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "_PATH", str(tmp_path))
    assert apt.read_keys(["a"])["a"].inapplicable == "apt is not installed"
