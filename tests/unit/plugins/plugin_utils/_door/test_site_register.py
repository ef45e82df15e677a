# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._door.site_register import (
    folder_of,
    place_if_any,
    place_of,
)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    monkeypatch.delenv("COMMUNE_BASELINE_REGISTER", raising=False)


def test_the_register_lies_beside_the_inventory(tmp_path):
    assert place_of(None, {"inventory_dir": str(tmp_path)}) == str(tmp_path / "register.db")


def test_what_is_given_comes_before_the_environment_and_that_before_the_variable(tmp_path, monkeypatch):
    variables = {"inventory_dir": str(tmp_path), "baseline_register": "of-the-site.db"}
    assert place_of(None, variables) == str(tmp_path / "of-the-site.db")
    monkeypatch.setenv("COMMUNE_BASELINE_REGISTER", "of-the-environment.db")
    assert place_of(None, variables) == str(tmp_path / "of-the-environment.db")
    assert place_of("/srv/given.db", variables) == "/srv/given.db"


def test_a_site_has_a_register_if_one_is_named_or_lies_beside_the_inventory(tmp_path, monkeypatch):
    site = {"inventory_dir": str(tmp_path)}
    assert place_if_any(site) is None
    assert place_if_any({**site, "baseline_register": "gone.db"}) == str(tmp_path / "gone.db")
    (tmp_path / "register.db").touch()
    assert place_if_any(site) == str(tmp_path / "register.db")
    monkeypatch.setenv("COMMUNE_BASELINE_REGISTER", "postgresql://db/commune")
    assert place_if_any(site) == "postgresql://db/commune"


def test_a_url_stays_as_it_is():
    assert place_of("postgresql://db/commune", {}) == "postgresql://db/commune"


def test_a_host_without_an_inventory_takes_the_first_that_was_given_as_a_path(tmp_path):
    source = tmp_path / "hosts.yml"
    source.touch()
    assert folder_of({"ansible_inventory_sources": ["pc-01,", str(source)]}) == tmp_path
    assert folder_of({"ansible_inventory_sources": [str(tmp_path)]}) == tmp_path


def test_devices_that_are_only_named_have_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert folder_of({"ansible_inventory_sources": ["pc-01,"]}) == tmp_path
