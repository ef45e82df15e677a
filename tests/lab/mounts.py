# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The machine's mounts that belong to the lab."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from tests.lab.commands import run

if t.TYPE_CHECKING:
    from collections.abc import Iterator

_MOUNTS = Path("/proc/self/mounts")


def mount_overlay(*, lower: Path, upper: Path, work: Path, target: Path) -> None:
    """Mount a writable view of a read-only tree."""
    options = f"lowerdir={lower},upperdir={upper},workdir={work}"
    run(["mount", "-t", "overlay", "-o", options, "overlay", target])


def unmount_below(folder: Path) -> None:
    """Unmount everything at and below a folder, the innermost first."""
    for target in reversed([target for target, _ in _mounts() if target.is_relative_to(folder)]):
        # A dead guest's last processes may still be on their way out: detach, the kernel finishes.
        run(["umount", "--lazy", target])


def is_lower_tree(tree: Path) -> bool:
    """Tell whether a mounted overlay stands on this tree."""
    return any(f"lowerdir={tree}," in f"{options}," for _, options in _mounts())


def _mounts() -> Iterator[tuple[Path, str]]:
    for line in _MOUNTS.read_text(encoding="utf-8").splitlines():
        _, target, _, options, *_ = (_unescaped(field) for field in line.split(" "))
        yield Path(target), options


def _unescaped(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)
