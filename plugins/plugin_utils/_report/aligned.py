# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Columns for the screen."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._report.words import one_line

_LONGEST_CELL = 300


def aligned(lines: t.Sequence[t.Sequence[str]]) -> list[str]:
    """Pad every column but the last to its widest cell."""
    cells = [[one_line(cell, _LONGEST_CELL) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
