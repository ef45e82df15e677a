# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shutil
import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import apt_conf

KEY = "APT::Periodic::Enable"


@pytest.mark.parametrize(
    ("text", "value", "line"),
    [
        ("", None, None),
        ('APT::Periodic::Enable "1";\n', "1", 1),
        ('apt::periodic::ENABLE "1";\n', "1", 1),
        ('APT::Periodic::Enable "1";\nAPT::Periodic::Enable "0";\n', "0", 2),
        ('// APT::Periodic::Enable "1";\n# APT::Periodic::Enable "1";\n', None, None),
        ('APT::Periodic::EnableMore "1";\n', None, None),
        ('APT::Periodic::Enable "1"; APT::Periodic::Enable "0";\n', None, 1),  # apt itself has to tell the value
        ('APT {\n  Periodic {\n    Enable "0";\n  };\n};\n', None, 3),
    ],
)
def test_the_last_line_decides_and_a_block_only_tells_the_place(text, value, line):
    reading = apt_conf.read([("/f", text)], KEY)
    assert (reading.value, reading.where) == (value, line and f"/f:{line}")


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("", 1, 'APT::Periodic::Enable "1";\n'),
        ("", True, 'APT::Periodic::Enable "true";\n'),
        ('// x\nAPT::Periodic::enable "0";\nother "1";\n', 1, '// x\nAPT::Periodic::Enable "1";\nother "1";\n'),
        ('APT::Periodic::Enable "0";\nother "1";\n', None, 'other "1";\n'),
        ("", "origin=Debian,codename=${x}", 'APT::Periodic::Enable "origin=Debian,codename=${x}";\n'),
    ],
)
def test_writing_changes_one_line(text, value, written):
    assert apt_conf.write(text, KEY, value) == written


@pytest.mark.skipif(shutil.which("apt-config") is None, reason="apt is not installed")
def test_apt_reads_what_is_written(tmp_path):
    text = apt_conf.write(apt_conf.write("", KEY, "a b/${c}"), "Unattended-Upgrade::Origins::ours", "x=y,z=w")
    (tmp_path / "apt.conf").write_text(text)
    said = subprocess.run(
        ["apt-config", "dump"],
        env={"APT_CONFIG": str(tmp_path / "apt.conf")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f'{KEY} "a b/${{c}}";' in said
    assert 'Unattended-Upgrade::Origins::ours "x=y,z=w";' in said


@pytest.mark.parametrize("value", ['a"b', "a\nb", ""])
def test_what_would_end_the_value_is_refused(value):
    with pytest.raises(ValueError, match=r"^APT::Periodic::Enable: a value cannot"):
        apt_conf.write("", KEY, value)
