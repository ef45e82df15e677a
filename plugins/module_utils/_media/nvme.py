# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""NVMe drives, through nvme-cli and its JSON. Source: NVM Express Base Specification 2.0 (Identify, Sanitize)."""

from __future__ import annotations

import glob
import json
import os
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media import sysfs, waiting
from ansible_collections.commune.baseline.plugins.module_utils._media.capabilities import Capabilities
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import TechniqueError
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs

_METHODS = {"block": (2, 2), "overwrite": (4, 3), "crypto": (1, 4)}  # the bit of SANICAP, the action
_FORMATS = {"user": 1, "crypto": 2}
_ANY = tuple(range(256))  # exit codes prove nothing
_ALL_NAMESPACES = 3  # of FNA: a format, and its erasure, is one of all namespaces
_MANAGES_NAMESPACES = 8  # of OACS
_LOG_SIZE, _ATTEMPTS = 512, 5
_STATES = {0: "never sanitised", 1: "done", 2: "at work", 3: "failed", 4: "done without deallocating"}


def capabilities(name: str) -> Capabilities:
    """Return what the drive says; raises OSError if nvme-cli is missing or the drive does not answer."""
    controller = controller_of(name)
    told = _json("id-ctrl", controller)
    unusable = []
    others = [one for one in _namespaces(controller) if one != name]
    methods: tuple[str, ...] = tuple(
        method for method, (bit, _action) in _METHODS.items() if int(told["sanicap"]) & bit
    )
    formats: tuple[str, ...] = ("crypto", "user") if int(told["fna"]) & 4 else ("user",)
    if others:
        unusable.append(f"NVMe sanitize: it would erase {', '.join(others)} too")
        methods, formats = (), formats if not int(told["fna"]) & _ALL_NAMESPACES else ()
    left = _what_a_format_leaves(controller, told, 1 + len(others))
    if left:
        unusable.append(left)
        formats = ()
    return Capabilities(nvme_sanitize=methods, nvme_format=formats, unusable=tuple(unusable))


def controller_of(name: str) -> str:
    """Return the character device of a namespace such as nvme0n1; sanitising belongs to the whole drive."""
    place = os.path.basename(os.path.realpath(os.path.join(sysfs.folder(name), "device")))
    match = re.match(r"nvme\d+", place) or re.match(r"nvme\d+", name)
    return f"/dev/{match[0] if match else name}"


def _namespaces(controller: str) -> list[str]:
    drive = os.path.basename(controller)
    return sorted({os.path.basename(path) for path in glob.glob(f"{sysfs.SYS}/block/{drive}n*")})


def _what_a_format_leaves(controller: str, told: t.Mapping[str, t.Any], shown: int) -> str:
    """Return why a format would not reach all data of the drive, empty if it does; ``told`` is Identify Controller."""
    if int(told["fna"]) & _ALL_NAMESPACES or not int(told["oacs"]) & _MANAGES_NAMESPACES:
        return ""
    there = _allocated(controller)
    if there < shown:
        return "NVMe format: the drive does not say which namespaces it has"
    return "" if there == shown else f"NVMe format: it leaves {there - shown} namespaces that are attached to nothing"


def _allocated(controller: str) -> int:
    """Return how many namespaces there are, also those that no device file shows; 0 if the drive does not say."""
    try:
        told = programs.run("nvme", "list-ns", controller, "--all", "--output-format=json")
    except OSError:
        return 0
    return len(set(re.findall(r'"nsid"\s*:\s*"?(\d+)', told)))


def sanitize(name: str, method: str) -> None:
    """Sanitise and wait until the drive's own log says that it is done; raise TechniqueError if it says otherwise."""
    controller = controller_of(name)
    action = _METHODS[method][1]
    if sanitize_state(controller) != 2:
        said = programs.run("nvme", "sanitize", controller, f"--sanact={action}", accept=_ANY, errors_too=True)
        if sanitize_state(controller) == 0:
            raise TechniqueError(f"the drive does not begin to sanitise itself: {said.strip()[-200:]}")
    state = waiting.until_done(lambda: sanitize_state(controller), lambda state: state == 2)
    if state not in (1, 4):
        raise TechniqueError(f"the drive did not sanitise itself; its log says: {_STATES.get(state, state)}")


def sanitize_state(controller: str) -> int:
    """Return the status of the last sanitize operation: bits 2 to 0 of SSTAT, which begins at byte 2 of the log."""
    for _attempt in range(_ATTEMPTS):
        # "nvme sanitize-log" words its states in every release differently, and 2.3 adds text to binary output.
        told = programs.run("nvme", "get-log", controller, "--log-id=0x81", f"--log-len={_LOG_SIZE}", "--raw-binary")
        log = told.encode("utf-8", "surrogateescape")
        if len(log) == _LOG_SIZE:  # less if two of its bytes looked like the end of a line of text
            return log[2] & 7
    raise TechniqueError("the drive's log of sanitising cannot be read")


def format_namespace(name: str, ses: str) -> None:
    """Format with an erasure; never without, for that leaves the data. Raise TechniqueError if the drive refuses."""
    said = programs.run(
        *("nvme", "format", f"/dev/{name}", f"--ses={_FORMATS[ses]}", "--force", "--timeout=86400000"),
        accept=_ANY,
        errors_too=True,
        timeout=86400,
    )
    if "Success" not in said:
        raise TechniqueError(f"the drive did not format itself: {said.strip()[-200:]}")


def _json(command: str, device: str) -> dict[str, t.Any]:
    told = programs.run("nvme", command, device, "--output-format=json")
    try:
        return dict(json.loads(told))
    except ValueError as error:
        raise OSError(0, f"nvme {command} shows no JSON for {device}", device) from error
