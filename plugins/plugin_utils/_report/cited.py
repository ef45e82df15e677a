# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The regulations that the clauses of a report stand in: ``001`` of ``001:19.2.b`` is one, with issuer and title."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils import _yaml

_TEXTS = Path(__file__).parents[3] / "catalogue" / "texts.yml"


def cited(clauses: t.Iterable[str]) -> list[t.Mapping[str, str]]:
    """Return the texts of these clauses, in their order, as far as the catalogue knows them."""
    ids = {clause.partition(":")[0] for clause in clauses}
    return [text for text in _texts() if text["id"] in ids]


@functools.cache
def _texts() -> list[t.Mapping[str, str]]:
    """Return all texts; none if they cannot be read: a report without a legend is better than no report."""
    try:
        return t.cast("list[t.Mapping[str, str]]", _yaml.load(_TEXTS))
    except (OSError, _yaml.YamlError):
        return []
