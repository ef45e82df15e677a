# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import applicability

UBUNTU = 'NAME="Ubuntu"\nID=ubuntu\n# a comment\nVERSION_ID="24.04"\nUNBALANCED="\n'


@pytest.fixture(name="os_release")
def fixture_os_release(tmp_path, monkeypatch):
    """Two places for the file, neither of which is there."""
    monkeypatch.setattr(applicability, "_OS_RELEASE", (str(tmp_path / "etc"), str(tmp_path / "usr")))
    applicability.distribution.cache_clear()
    yield tmp_path
    applicability.distribution.cache_clear()


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["ubuntu"], None),
        (["ubuntu-24.04"], None),
        (["debian", "ubuntu-24.04"], None),
        (["ubuntu-22.04"], "for ubuntu-22.04 only"),
        (["debian-12", "debian-13"], "for debian-12, debian-13 only"),
    ],
)
@pytest.mark.parametrize("place", ["etc", "usr"])
def test_a_row_for_some_distributions_is_held_against_os_release(os_release, place, names, reason):
    (os_release / place).write_text(UBUNTU)
    assert applicability.why_not({"when": {"distribution": names}}) == reason


def test_the_file_in_etc_hides_the_one_of_the_vendor(os_release):
    (os_release / "usr").write_text(UBUNTU)
    (os_release / "etc").write_text("ID=debian\n")
    assert applicability.distribution() == {"debian"}


def test_a_system_that_does_not_say_what_it_is_is_no_distribution(os_release):
    assert applicability.why_not({"when": {"distribution": ["debian"]}}) == "for debian only"


def test_a_row_about_a_program_needs_the_program(tmp_path):
    row = {"when": {"exists": str(tmp_path / "sshd")}}
    assert applicability.why_not(row) == f"there is no {tmp_path}/sshd"
    (tmp_path / "sshd").touch()
    assert applicability.why_not(row) is None


def test_what_nobody_has_decided_is_not_assessed_where_it_would_apply(tmp_path):
    row = {"undecided": "a_knob is not set"}
    assert applicability.excuse(row).unreadable == "a_knob is not set"
    assert applicability.excuse({**row, "when": {"exists": str(tmp_path / "sshd")}}).inapplicable is not None
    assert applicability.excuse({}) is None


def test_a_row_without_conditions_always_applies():
    assert applicability.why_not({}) is None
