# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts that stand in two files on purpose agree."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Catalogue
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import (
    PLATFORMS,
    read_rows,
    roles_with_rows,
)

ROOT = Path(__file__).parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
ROLES_WITH_ROWS = [role for role in ROLES if (ROOT / "roles" / role / "vars/linux.yml").is_file()]


def load(path):
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def options_of(role):
    return load(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"].get("options", {})


def test_the_wheel_and_the_collection_have_one_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == load("galaxy.yml")["version"]


@pytest.mark.parametrize("role", ROLES)
def test_a_roles_defaults_are_those_of_its_specification(role):
    specified = {name: option["default"] for name, option in options_of(role).items() if "default" in option}
    assert load(f"roles/{role}/defaults/main.yml") == specified


@pytest.mark.parametrize("platform", PLATFORMS)
def test_all_rows_are_valid_and_their_knobs_are_specified(platform):
    rows = read_rows(ROOT / "roles", roles_with_rows(ROOT / "roles", platform), platform, Catalogue(ROOT / "catalogue"))
    assert rows
    for row in rows:
        assert row.knob is None or row.knob in options_of(row.role)
        assert row.fields.get("parameter", row.control.clauses[0]) in [*row.control.parameters, *row.control.clauses]
        assert all(row.fields[text].keys() == {"vi", "en"} for text in ("why", "fix"))


def test_every_role_with_rows_is_applied_by_a_molecule_scenario():
    applied = {path.parent.name for path in (ROOT / "molecule").glob("*/molecule.yml")}
    for converge in (ROOT / "molecule").glob("*/converge.yml"):
        plays = yaml.safe_load(converge.read_text("utf-8"))
        applied |= {role.rpartition(".")[2] for play in plays for role in play.get("roles", [])}
    assert sorted(set(ROLES_WITH_ROWS) - applied) == []


def test_every_row_has_a_trial_that_breaks_and_proves_it():
    for role in ROLES_WITH_ROWS:
        rows = {row["id"] for row in load(f"roles/{role}/vars/linux.yml")[f"__{role}_rows"]}
        trials = load(f"tests/rows/{role}.yml")
        assert trials.keys() == rows
        for trial in trials.values():
            assert {"proof", "prints"} <= trial.keys() or "expect" in trial
            assert {"break", "unbroken", "expect"} & trial.keys(), trial
            assert trial.keys() <= {"break", "unbroken", "proof", "prints", "setup", "expect"}


def test_no_row_stops_a_server_or_a_router_from_routing():
    rows = [row for role in ROLES_WITH_ROWS for row in load(f"roles/{role}/vars/linux.yml")[f"__{role}_rows"]]
    words = ("ip_forward", "forwarding", "proxy_arp")
    stopping = [row for row in rows if row["kind"] == "sysctl" and row["key"].endswith(words)]
    assert len(stopping) >= len(words)
    classes = {name for row in stopping for name in row.get("when", {}).get("class", ["every class"])}
    assert classes == {"workstation", "secret_workstation"}


@pytest.mark.parametrize("readme", ["README.md", "README.vi.md"])
def test_the_readme_names_the_controls_that_each_role_serves(readme):
    lines = [line.split("|") for line in (ROOT / readme).read_text("utf-8").splitlines() if line.startswith("| `")]
    told = {line[1].strip(" `"): controls_in(line[3]) for line in lines if len(line) == len(["", "role", "", "", ""])}
    served = {}
    for path in (ROOT / "roles").glob("*/vars/*.yml"):
        if path.stem in PLATFORMS:
            role = path.parents[1].name
            served.setdefault(role, set()).update(row["control"] for row in load(path)[f"__{role}_rows"])
    assert {role: told[role] for role in served} == served


def controls_in(text):
    """Return the controls that a text such as "AC-01, 02, LG-04" names."""
    found, domain = set(), ""
    for prefix, number in re.findall(r"(?:([A-Z]{2})-)?(\d\d)", text):
        domain = prefix or domain
        found.add(f"{domain}-{number}")
    return found


@pytest.mark.parametrize("readme", ["README.md", "README.vi.md"])
def test_the_readme_begins_with_the_two_commands(readme):
    text = (ROOT / readme).read_text("utf-8")
    first_block = text.split("```")[1]
    assert [line.split("#")[0].strip() for line in first_block.splitlines()[1:]] == ["make demo", "make test"]


def test_no_key_register_or_evidence_of_a_run_is_kept_in_the_repository():
    if not (ROOT / ".git").exists():
        pytest.skip("this is no clone: nothing tells what is kept")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    made_by_runs = {".pem", ".key", ".db", ".jsonl", ".sig"}
    assert [
        name for name in listed.stdout.splitlines() if Path(name).suffix in made_by_runs or name.startswith("evidence/")
    ] == []
