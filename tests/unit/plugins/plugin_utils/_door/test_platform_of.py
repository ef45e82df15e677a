# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The platform of a device that no register knows, by Ansible's own shells: those of Linux say nothing of Windows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible.plugins.loader import shell_loader

from ansible_collections.commune.baseline.plugins.plugin_utils._door.variables import platform_of


@pytest.mark.parametrize(
    ("shell", "platform"), [("sh", "linux"), ("ansible.builtin.powershell", "windows"), ("cmd", "windows")]
)
def test_the_platform_is_that_of_the_shell(shell, platform):
    connection = SimpleNamespace(transport="ssh", _shell=shell_loader.get(shell))
    assert platform_of(connection, {}) == platform


def test_what_the_register_says_counts():
    connection = SimpleNamespace(transport="ssh", _shell=shell_loader.get("sh"))
    assert platform_of(connection, {"register_device": {"platform": "windows"}}) == "windows"
