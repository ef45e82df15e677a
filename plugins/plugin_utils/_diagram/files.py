# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Both diagrams of a site as files, which are written only where they show something else than before."""

from __future__ import annotations

import datetime
import os
import tempfile
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._diagram import devices as shown
from ansible_collections.commune.baseline.plugins.plugin_utils._diagram import dot, logical, physical
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Model


class Wanted(t.NamedTuple):
    """Into which folder, under which title, how many names of each class a box shows, and for which day.

    ``inventory`` is the folder of the inventory, which Ansible reads whole as lists of devices.
    """

    folder: Path
    inventory: Path
    title: str
    most: int
    today: datetime.date


def draw(model: Model, devices: t.Iterable[shown.Device], wanted: Wanted, *, dry_run: bool) -> dict[str, bool]:
    """Draw both and tell of each file whether it is new or other than before; raise ZoneError, then none is written.

    The names of hosts and addresses are nobody's business: the files are their owner's alone.
    """
    if wanted.folder.is_relative_to(wanted.inventory):
        raise ZoneError(
            f"diagrams in {wanted.folder} would be read as a list of devices; choose a folder outside"
            f" {wanted.inventory}"
        )
    every = list(devices)
    sources = {
        "logical.svg": logical.source(f"{logical.TITLE}{wanted.title}", model, every, wanted.most, wanted.today),
        "physical.svg": physical.source(f"{physical.TITLE}{wanted.title}", model, every, wanted.most),
    }
    drawings = {wanted.folder / name: dot.drawn(source) for name, source in sources.items()}
    try:
        changed = {path: not path.exists() or path.read_bytes() != drawing for path, drawing in drawings.items()}
        for path, drawing in drawings.items():
            if changed[path] and not dry_run:
                _write(path, drawing)
    except OSError as error:
        raise ZoneError(f"{error.filename or wanted.folder} cannot be written: {error.strerror}") from None
    return {str(path): own for path, own in changed.items()}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".diagram-") as folder:
        written = Path(folder) / path.name
        with open(os.open(written, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
        written.replace(path)
