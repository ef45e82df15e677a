# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doubles know nothing of what is tested on them: they import nothing of ours and name no row and no control."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

DOUBLES = Path(__file__).parents[1] / "doubles"
SOURCES = sorted(DOUBLES.rglob("*.py"))


def faults(source: str) -> list[str]:
    """Return what a double imports or names and must not."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        found += [name for name in names if re.match(r"ansible|tests\.(?!doubles)", name)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += re.findall(r"\b(?:WIN|LNX)-[A-Z]|\b[A-Z]{2}-\d\d\b", node.value)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(DOUBLES)))
def test_a_double_knows_nothing_of_ours(path):
    assert faults(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "from ansible_collections.commune.baseline.plugins.plugin_utils._policy import rows",
        "import ansible.constants",
        "from tests.lab import lab",
        "ROW = 'WIN-LOCK-Inactivity'",
        "CONTROL = 'AC-08'",
    ],
)
def test_a_double_that_knows_something_is_found(source):
    assert faults(source)
