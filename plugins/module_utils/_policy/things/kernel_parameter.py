# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Run-time values of the kernel's parameters below /proc/sys (sysctl(8))."""

from __future__ import annotations

import glob
import os

SHARED = True
FOLDER = "/proc/sys"
_FORWARDING = ("net/ipv4/ip_forward", "net/ipv4/conf/all/forwarding", "net/ipv6/conf/all/forwarding")
_SWAP = str.maketrans("./", "/.")


def path_of(key: str) -> str:
    """Return a key as a path below /proc/sys; as in sysctl.d(5), the first separator says what the others mean."""
    first = next((letter for letter in key if letter in "./"), "/")
    return (key.translate(_SWAP) if first == "." else key).strip("/")


def key_of(path: str) -> str:
    """Return the dotted key of a path below /proc/sys."""
    return path.translate(_SWAP)


def is_forwarding(key: str) -> bool:
    """Tell whether writing this key changes others too, even if its own value stays (ip-sysctl, ``ip_forward``)."""
    return path_of(key) in _FORWARDING


def read(path: str) -> str:
    """Return the value of a path below /proc/sys; raises OSError."""
    with open(os.path.join(FOLDER, path), encoding="utf-8", errors="surrogateescape") as file:
        return file.read().rstrip("\n")


def capture(key: str) -> dict[str, str] | None:
    """Return the value of a key, and of those that writing it changes; None if this kernel does not have it."""
    path = path_of(key)
    paths = [path, *(_followers(path) if path in _FORWARDING else ())]
    try:
        return {path: read(path) for path in paths}
    except FileNotFoundError:
        return None


def put(key: str, state: dict[str, str] | None) -> None:
    """Give a key, and those that were captured with it, their values; raises OSError.

    What is gone with its network interface or module has no value to be put back.
    """
    if state is None:
        if os.path.exists(os.path.join(FOLDER, path_of(key))):
            raise OSError(0, "a kernel parameter cannot be taken away", key)
        return
    for path, value in state.items():
        _write(path, value)


def _write(path: str, value: str) -> None:
    try:
        descriptor = os.open(os.path.join(FOLDER, path), os.O_WRONLY | os.O_TRUNC)
    except FileNotFoundError:
        return
    try:
        os.write(
            descriptor, f"{value}\n".encode(errors="surrogateescape")
        )  # in one piece: the kernel parses each write
    finally:
        os.close(descriptor)


def _followers(path: str) -> list[str]:
    """Return what a change of forwarding resets: redirects, and the forwarding of every interface."""
    folder = os.path.join(FOLDER, "net", path.split("/")[1], "conf")
    found = sorted(glob.glob(f"{glob.escape(folder)}/*/forwarding"))
    found += glob.glob(f"{glob.escape(folder)}/all/accept_redirects")
    return [os.path.relpath(name, FOLDER) for name in found]
