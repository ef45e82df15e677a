# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three floors of the design: imports go down only, without circles, and the ground knows no Ansible."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COLLECTION = "ansible_collections.commune.baseline."
TOP, EDGE, MIDDLE, GROUND = 4, 3, 2, 1

FLOORS = {
    "plugins.action": TOP,
    "plugins.callback": TOP,
    "plugins.connection": TOP,
    "plugins.doc_fragments": TOP,
    "plugins.filter": TOP,
    "plugins.inventory": TOP,
    "plugins.modules": TOP,
    "plugins.module_utils": GROUND,
    "plugins.plugin_utils._backup": MIDDLE,
    "plugins.plugin_utils._catalogue": GROUND,
    "plugins.plugin_utils._catalogue_files": GROUND,
    "plugins.plugin_utils._diagram": MIDDLE,
    "plugins.plugin_utils._documents": MIDDLE,
    "plugins.plugin_utils._door": EDGE,
    "plugins.plugin_utils._engines": MIDDLE,
    "plugins.plugin_utils._evidence": GROUND,
    "plugins.plugin_utils._inventory": MIDDLE,
    "plugins.plugin_utils._policy": MIDDLE,
    "plugins.plugin_utils._register": GROUND,
    "plugins.plugin_utils._report": MIDDLE,
    "plugins.plugin_utils._sanitisation": MIDDLE,
    "plugins.plugin_utils._shape": GROUND,
    "plugins.plugin_utils._sheets": MIDDLE,
    "plugins.plugin_utils._yaml": GROUND,
    "plugins.plugin_utils._zones": MIDDLE,
}


def floor(module: str) -> int:
    (level,) = [level for prefix, level in FLOORS.items() if f"{module}.".startswith(f"{prefix}.")]
    return level


def imports_of(source: str) -> set[str]:
    """Return every module that a source imports, at any place in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            # "from package import name" may import a module of the package: both are kept.
            found |= {str(node.module), *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def faults(sources: dict[str, str]) -> list[str]:
    """Return a sentence for every import that the design forbids; sources by module name below the collection."""
    found = []
    graph: dict[str, set[str]] = {}
    for module, source in sources.items():
        imported = imports_of(source)
        own = {name.removeprefix(COLLECTION) for name in imported if name.startswith(COLLECTION)} & sources.keys()
        graph[module] = own
        found += [f"{module} imports {name}, which lies above it" for name in own if floor(name) > floor(module)]
        if module.startswith(("plugins.modules.", "plugins.module_utils.")):
            found += [f"{module} runs on devices and imports {name}" for name in own if "plugin_utils" in name]
        if floor(module) == TOP:
            found += [f"{module} imports {name}, another edge" for name in own if floor(name) == TOP]
        elif floor(module) < EDGE and any(f"{name}.".startswith("ansible.") for name in imported):
            found.append(f"{module} is no edge and imports Ansible")
        if any(name.startswith("ansible._internal") for name in imported):
            found.append(f"{module} imports ansible._internal")
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        found.append(f"imports in a circle: {' <- '.join(error.args[1])}")
    return sorted(found)


def test_every_import_of_the_collection_goes_down():
    files = (ROOT / "plugins").rglob("*.py")
    sources = {".".join(path.relative_to(ROOT).with_suffix("").parts): path.read_text("utf-8") for path in files}
    assert len(sources) > 10
    assert faults(sources) == []


@pytest.mark.parametrize(
    ("module", "imported", "fault"),
    [
        ("plugins.module_utils._a", "plugins.plugin_utils._report.b", "lies above it"),
        ("plugins.module_utils._a", "plugins.plugin_utils._catalogue", "runs on devices"),
        ("plugins.modules.a", "plugins.plugin_utils._catalogue", "runs on devices"),
        ("plugins.plugin_utils._register.a", "plugins.plugin_utils._policy.b", "lies above it"),
        ("plugins.plugin_utils._policy.a", "plugins.action.b", "lies above it"),
        ("plugins.callback.a", "plugins.action.b", "another edge"),
        ("plugins.plugin_utils._policy.a", "plugins.plugin_utils._policy.a", "circle"),
    ],
)
def test_a_forbidden_import_is_found(module, imported, fault):
    package, _dot, name = imported.rpartition(".")
    sources = {imported: "", module: f"def late():\n    from {COLLECTION}{package} import {name}\n"}
    assert any(fault in sentence for sentence in faults(sources))


@pytest.mark.parametrize("source", ["import ansible.constants", "from ansible.errors import AnsibleError"])
def test_a_maker_that_knows_ansible_is_found(source):
    assert faults({"plugins.plugin_utils._policy.a": source}) == [
        "plugins.plugin_utils._policy.a is no edge and imports Ansible"
    ]
