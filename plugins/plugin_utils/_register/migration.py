# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a migration is: the statements that bring a schema from the version before to this one."""

from __future__ import annotations

import typing as t


class Migration(t.NamedTuple):
    """One step of the schema; ``statements`` gives them for a dialect, ``sqlite`` or ``postgresql``."""

    version: int
    name: str
    statements: t.Callable[[str], t.Sequence[str]]
