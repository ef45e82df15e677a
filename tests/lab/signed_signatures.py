# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small databases that ClamAV has signed: those by which its own authors test, out of Debian's source package."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from tests.lab import image
from tests.lab.commands import run
from tests.lab.errors import LabError

_FOLDER = "unit_tests/input/freshclam_testfiles"


def folder() -> Path:
    """Return a folder with test-1.cvd to test-6.cvd, each a newer version of the same database; fetched once."""
    kept = image.cache() / "signatures"
    if not kept.is_dir():
        with tempfile.TemporaryDirectory(dir=image.cache()) as beside:
            _extract(_source(Path(beside)), Path(beside) / "signatures")
            (Path(beside) / "signatures").rename(kept)
    return kept


def _source(folder: Path) -> Path:
    """Fetch the source package of the ClamAV that this machine's apt knows."""
    versions = [line.split("|")[1].strip() for line in run(["apt-cache", "madison", "clamav"]).splitlines()]
    mirrors = [one.rstrip("/") for one in (image.security_mirror(), image.mirror()) if one]
    for version in versions:
        name = f"clamav_{version.partition('+dfsg')[0]}+dfsg.orig.tar.xz"
        for mirror in mirrors:
            try:
                with urllib.request.urlopen(f"{mirror}/pool/main/c/clamav/{name}", timeout=60) as answer:  # noqa: S310
                    (folder / name).write_bytes(answer.read())
            except urllib.error.HTTPError:
                continue
            return folder / name
    raise LabError(f"no mirror of {mirrors} has the source of clamav in any of {versions}")


def _extract(source: Path, folder: Path) -> None:
    folder.mkdir()
    with tarfile.open(source) as archive:
        for entry in archive:
            if entry.isfile() and f"/{_FOLDER}/" in entry.name and entry.name.endswith(".cvd"):
                content = archive.extractfile(entry)
                assert content is not None
                with (folder / Path(entry.name).name).open("wb") as file:
                    shutil.copyfileobj(content, file)
