# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import option
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import lightdm

# LightDM 1.32, which tells it on its standard error.
ANSWER = """\
Failed to load configuration from e.conf: Key file contains line "x" which is not a key-value pair, group, or comment
   [LightDM]
A  allow-guest=true

   [Seat:*]
A  greeter-session=lightdm-greeter
26  allow-guest=false

   [Seat:z]
B  autologin-user=hidden

Sources:
A  /usr/share/lightdm/lightdm.conf.d/01_debian.conf
B  /etc/lightdm/lightdm.conf.d/.h.conf
26  /etc/lightdm/lightdm.conf
"""


@pytest.fixture(name="install")
def fixture_install(install_program):
    return functools.partial(install_program, "lightdm")


def test_what_lightdm_goes_by_is_its_own_answer(install):
    install(f"test \"$*\" = --show-config && cat >&2 <<'END'\n{ANSWER}END")
    readings = lightdm.read_keys(["allow-guest", "autologin-user", "greeter-session", "user-session"])
    assert (readings["allow-guest"].value, readings["allow-guest"].where) == ("false", "/etc/lightdm/lightdm.conf")
    exception = "/etc/lightdm/lightdm.conf.d/.h.conf makes an exception: autologin-user is hidden"
    assert (readings["autologin-user"].value, readings["autologin-user"].weakness) == (None, exception)
    assert readings["greeter-session"].value == "lightdm-greeter"
    assert (readings["user-session"].value, readings["user-session"].weakness) == (None, None)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo bad >&2; exit 1", "lightdm --show-config failed with code 1: bad"),
        ("true", "lightdm --show-config does not tell what it read"),
    ],
)
def test_without_an_answer_nothing_is_known(install, script, reason):
    install(script)
    assert lightdm.read_keys(["allow-guest"])["allow-guest"].unreadable == reason


def test_without_lightdm_its_keys_have_no_meaning(tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "_PATH", str(tmp_path))
    assert lightdm.read_keys(["allow-guest"])["allow-guest"].inapplicable == "lightdm is not installed"


def test_a_file_that_no_pattern_finds_is_told_as_lightdm_tells_it(install, tmp_path):
    answer = ANSWER.replace("[Seat:z]", "[Seat:*]")
    install(f"cat >&2 <<'END'\n{answer}END")
    row = {"id": "LNX-L", "path": str(tmp_path / "lightdm.conf"), "grammar": "lightdm", "probe": "lightdm"}
    row = {**row, "key": "autologin-user", "compare": "absent", "desired": None}
    reading = option.observe([row])["LNX-L"]
    told = ("hidden", "/etc/lightdm/lightdm.conf.d/.h.conf", "/etc/lightdm/lightdm.conf.d/.h.conf sets it")
    assert (reading.value, reading.where, reading.weakness) == told
