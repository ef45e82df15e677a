# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The budgets that keep files readable at one sitting."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE_LINES, FUNCTION_LINES, MODULE_CODE_LINES = 500, 50, 120
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}


def python_files():
    return [path for folder in ("plugins", "tests", "molecule") for path in (ROOT / folder).rglob("*.py")]


def lines_of(node):
    return node.end_lineno - node.lineno + 1


def test_no_file_is_longer_than_its_budget():
    assert [path for path in python_files() if len(path.read_text("utf-8").splitlines()) > FILE_LINES] == []


def test_no_function_is_longer_than_its_budget():
    functions = (
        (path, node)
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert [(path, node.name) for path, node in functions if lines_of(node) > FUNCTION_LINES] == []


def test_no_plugin_holds_more_code_than_its_budget():
    too_long = []
    for path in (ROOT / "plugins").glob("[!mp]*/*.py"):
        too_long += [path] if code_lines(path) > MODULE_CODE_LINES else []
    for path in (ROOT / "plugins/modules").glob("*.py"):
        too_long += [path] if code_lines(path) > MODULE_CODE_LINES else []
    assert too_long == []


def code_lines(path):
    """Count the lines outside the documentation blocks."""
    source = path.read_text("utf-8")
    documentation = [
        lines_of(node)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and {target.id for target in node.targets} <= DOCUMENTATION
    ]
    return len(source.splitlines()) - sum(documentation)
