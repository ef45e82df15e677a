# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Account files of a test's own, and what a kind would write."""

from __future__ import annotations

import time

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import account_guard, accounts
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import account_entry
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

NOON = time.time() // 86400 * 86400 + 43200


@pytest.fixture(name="noon")
def fixture_noon(monkeypatch):
    """Let the day not end while tests run that count days."""
    monkeypatch.setattr(time, "time", lambda: NOON)


@pytest.fixture(name="account_files")
def fixture_account_files(tmp_path, monkeypatch):
    """Let every file that tells of accounts be one of the test's; write those that are given by their names."""
    for constant in ("PASSWD", "SHADOW", "GROUP", "GSHADOW", "LOGIN_DEFS"):
        name = getattr(accounts, constant).rpartition("/")[2]
        monkeypatch.setattr(accounts, constant, str(tmp_path / name))
    monkeypatch.setattr(account_guard, "SUDOERS", (str(tmp_path / "sudoers"),))
    monkeypatch.setattr(account_guard, "SSHD_CONFIG", (str(tmp_path / "sshd_config"),))

    def write(files):
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return tmp_path

    return write


@pytest.fixture(name="apply_by")
def fixture_apply_by(tmp_path):
    """Apply one row by its kind, as an account."""

    def apply(kind, row, *, check_mode=False, by="ops"):
        writer = Writer(Journal("run", folder=str(tmp_path / "journal")), check_mode=check_mode, account=by)
        return kind.apply([row], kind.observe([row]), writer)[row["id"]]

    return apply


@pytest.fixture(name="puts")
def fixture_puts(monkeypatch):
    """Note what would be written."""
    done = []
    monkeypatch.setattr(account_entry, "put", lambda name, state: done.append((name, state)))
    return done
