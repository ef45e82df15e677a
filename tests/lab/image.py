# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images: one read-only debootstrap tree per Debian release, built once and cached.

The name of a tree holds a hash of everything that makes it, so a changed recipe never meets an old tree. A tree is
built beside its place and renamed at the end, under a lock: what has the name is complete.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
import typing as t
from pathlib import Path

from tests.lab import mounts, waiting
from tests.lab.commands import ARCHIVE_KEYRING, run
from tests.lab.errors import LabError, UsageError
from tests.lab.signals import stoppable, unstoppable

if t.TYPE_CHECKING:
    from collections.abc import Iterator

SUITES = ("bookworm", "trixie")
MIRROR_VARIABLE = "LAB_DEBIAN_MIRROR"

_GUEST = Path(__file__).parent / "guest"
_DEBOOTSTRAP = ("debootstrap", "--variant=minbase", "--force-check-gpg", f"--keyring={ARCHIVE_KEYRING}")
# What the build mounts or leaves running ends with it, and it ends with this process, also when that is killed.
_CONFINED = ("setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child")
_LONGEST_BUILD = 1800


def ensure(suite: str) -> Path:
    """Return the tree of a release, building it first when the cache does not have it."""
    check_suite(suite)
    tree = cache() / f"{suite}-{_key(suite)}"
    if tree.is_dir():
        return tree
    with _locked(suite):
        if not tree.is_dir():
            _build(suite, tree)
    return tree


def check_suite(suite: str) -> None:
    """Refuse a release the lab does not know."""
    if suite not in SUITES:
        raise UsageError(f"unknown suite '{suite}': the lab knows {' and '.join(SUITES)}")


def mirror() -> str | None:
    """Return the Debian mirror this machine itself uses, if it says so."""
    if chosen := os.environ.get(MIRROR_VARIABLE):
        return chosen
    # Updates and security fixes have a hyphen in their code names and may live elsewhere.
    return next((address for codename, address in _apt_mirrors() if "-" not in codename), None)


def security_mirror() -> str | None:
    """Return where this machine's apt finds Debian's security fixes, if the mirror was not chosen by hand."""
    if MIRROR_VARIABLE in os.environ:
        return None
    return next((address for codename, address in _apt_mirrors() if codename.endswith("-security")), None)


def _apt_mirrors() -> Iterator[tuple[str, str]]:
    """Yield code name and address of every Debian release that this machine's apt knows."""
    if shutil.which("apt-get") is None:
        return
    listing = run(["apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(REPO_URI)", "Created-By: Packages"])
    for line in listing.splitlines():
        origin, _, rest = line.partition(" ")
        codename, _, address = rest.partition(" ")
        if origin == "Debian" and address.startswith("http"):
            yield codename, address


def cache() -> Path:
    """Return the folder of what is made or fetched once."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home) / "commune-baseline" / "lab"
    # The trees hold set-user-ID programs nobody updates: other users of the machine must not reach them.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _packages() -> list[str]:
    return (_GUEST / "packages.txt").read_text(encoding="utf-8").split()


def _key(suite: str) -> str:
    recipe = hashlib.sha256(repr((suite, os.uname().machine, _DEBOOTSTRAP)).encode())
    for file in sorted(path for path in _GUEST.rglob("*") if path.is_file()):
        recipe.update(repr((str(file.relative_to(_GUEST)), _is_program(file), file.read_bytes())).encode())
    return recipe.hexdigest()[:16]


def _is_program(file: Path) -> bool:
    return bool(file.stat().st_mode & 0o100)


@contextlib.contextmanager
def _locked(suite: str) -> Iterator[None]:
    """Hold the lock of a release, waiting for another builder."""
    with (cache() / f"{suite}.lock").open("w") as lock:

        def acquired() -> bool:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        if not acquired():
            print(f"lab: waiting for another process that builds the {suite} image", file=sys.stderr)
        if not waiting.holds(acquired, within=_LONGEST_BUILD, every=0.2):
            raise LabError(f"another process has been building the {suite} image for {_LONGEST_BUILD} s")
        yield


def _build(suite: str, tree: Path) -> None:
    for leftover in cache().glob(f"building-{suite}-*"):
        _remove(leftover)
    print(f"lab: building the {suite} image, once; this takes about two minutes", file=sys.stderr)
    building = Path(tempfile.mkdtemp(prefix=f"building-{suite}-", dir=cache()))
    with stoppable():
        try:
            _debootstrap(suite, building / "tree")
            _finalise(building / "tree")
            (building / "tree").rename(tree)
        finally:
            with unstoppable():
                _remove(building)
    for older in cache().glob(f"{suite}-*"):
        if older != tree and not mounts.is_lower_tree(older):
            _remove(older)


def _debootstrap(suite: str, tree: Path) -> None:
    include = f"--include={','.join(_packages())}"
    source = [address] if (address := mirror()) else []
    run([*_CONFINED, *_DEBOOTSTRAP, include, suite, tree, *source], timeout=_LONGEST_BUILD)


def _finalise(tree: Path) -> None:
    files = _GUEST / "files"
    for file in (path for path in files.rglob("*") if path.is_file()):
        target = tree / file.relative_to(files)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        # Not the checkout's modes: those depend on the umask of whoever cloned it.
        target.chmod(0o755 if _is_program(file) else 0o644)
    steps = (_GUEST / "finalise.sh").read_text(encoding="utf-8")
    run([*_CONFINED, "chroot", tree, "/bin/sh", "-s"], stdin=steps, timeout=300)


def _remove(folder: Path) -> None:
    mounts.unmount_below(folder)
    shutil.rmtree(folder)
