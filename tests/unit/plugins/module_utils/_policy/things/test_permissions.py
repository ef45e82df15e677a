# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import stat

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.things import permissions

CAPABILITIES = bytes.fromhex("0100000200040000000000000000000000000000")  # cap_net_bind_service=ep


@pytest.fixture(name="file")
def fixture_file(tmp_path):
    path = tmp_path / "program"
    path.write_text("x")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o4755, 0o2711, 0o1777])
def test_what_is_captured_can_be_put_back(file, mode):
    file.chmod(mode)
    state = permissions.capture(str(file))
    file.chmod(0o777)
    permissions.put(str(file), state)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_change_of_owner_keeps_capabilities(file):
    try:
        os.setxattr(file, "security.capability", CAPABILITIES)
    except OSError:
        pytest.skip("the file system of the temporary folder has no capabilities")
    permissions.put(str(file), {"uid": 4711, "gid": 4712, "mode": 0o755})
    assert os.getxattr(file, "security.capability") == CAPABILITIES
    assert (file.stat().st_uid, file.stat().st_gid) == (4711, 4712)


def test_what_is_not_there_has_no_permissions(tmp_path):
    assert permissions.capture(str(tmp_path / "missing")) is None


def test_permissions_cannot_be_taken_away(file):
    with pytest.raises(OSError, match="cannot be taken away"):
        permissions.put(str(file), None)
