# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds run one after the other, and a later one may see what an earlier one made."""

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import engine
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._policy.kind import KINDS
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer


@pytest.fixture(name="run")
def fixture_run(tmp_path):
    def run(*rows):
        writer = Writer(Journal("run", folder=str(tmp_path / "journals")), check_mode=False)
        return {seen.id: seen for seen in engine.run(rows, writer)}

    return run


def an_option(tmp_path, **fields):
    path = str(tmp_path / "a.conf")
    common = {"id": "option", "control": "AC-08", "kind": "option", "grammar": "equals", "key": "a", "desired": 1}
    return {**common, "path": path, **fields}


def test_kinds_run_in_the_order_of_what_needs_what():
    assert list(KINDS) == [
        "apt_source", "package", "account", "privilege", "file", "option", "ssh_access", "dconf", "pam", "sysctl",
        "kernel_module", "mount", "service", "nft_ruleset", "command", "patching", "software", "antivirus",
        "console_login", "site_record",
    ]  # fmt: skip


def test_a_row_that_waits_for_what_an_earlier_kind_makes_is_brought_in_the_same_run(run, tmp_path):
    made = str(tmp_path / "made")
    file = {"id": "file", "control": "AC-08", "kind": "file", "path": made, "attribute": "content", "desired": "x"}
    seen = run(an_option(tmp_path, when={"exists": made}), file)
    assert [(row.state, row.changed) for row in seen.values()] == [("pass", True), ("pass", True)]


def test_a_row_about_a_file_that_a_later_kind_makes_is_assessed_in_the_end(run, tmp_path):
    mode = {"id": "file", "control": "AC-08", "kind": "file", "path": str(tmp_path / "*.conf"), "attribute": "mode"}
    seen = run({**mode, "desired": "0644", "compare": "<="}, an_option(tmp_path))
    assert (seen["file"].state, seen["file"].after, seen["file"].changed) == ("pass", "0644", False)


def test_observations_come_in_the_order_of_the_rows(run, tmp_path):
    command = {"id": "command", "control": "AC-08", "kind": "command", "command": ["true"], "desired": ""}
    assert list(run(command, an_option(tmp_path))) == ["command", "option"]
