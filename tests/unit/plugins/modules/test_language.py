# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import locale

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.commune.baseline.plugins.module_utils._policy import journal
from ansible_collections.commune.baseline.plugins.modules import linux_confirm, linux_rollback

RUN = "20261121-234501-2178"


@pytest.fixture(name="login_in_another_language", autouse=True)
def fixture_login_in_another_language(monkeypatch, tmp_path):
    """Any locale but C stands for another language; this one is everywhere."""
    monkeypatch.setattr(journal, "FOLDER", str(tmp_path / "journals"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    before = locale.setlocale(locale.LC_ALL)
    yield
    locale.setlocale(locale.LC_ALL, before)


@pytest.mark.parametrize("module", [linux_confirm, linux_rollback], ids=["confirm", "rollback"])
def test_the_errors_of_the_c_library_are_english_whatever_the_login_speaks(module):
    with patch_module_args({"run": RUN, "_ansible_check_mode": True}), pytest.raises(SystemExit):
        module.main()
    assert locale.setlocale(locale.LC_CTYPE) == "C.UTF-8"
    assert locale.setlocale(locale.LC_MESSAGES) == "C"
