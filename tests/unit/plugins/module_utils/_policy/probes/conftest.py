# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that the probes ask, made by the tests."""

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import programs


@pytest.fixture(name="install_program")
def fixture_install_program(tmp_path, monkeypatch):
    """Install a shell script as a program of that name, which alone the probes find."""
    monkeypatch.setattr(programs, "_PATH", str(tmp_path))
    monkeypatch.setitem(programs.ENVIRONMENT, "PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    def install(name, script):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return install
