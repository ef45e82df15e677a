# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""SCSI drives, through sg3-utils. Sources: SBC-4 (SANITIZE), SPC-5 (supported opcodes, sense codes)."""

from __future__ import annotations

import re

from ansible_collections.commune.baseline.plugins.module_utils._media import waiting
from ansible_collections.commune.baseline.plugins.module_utils._media.capabilities import Capabilities
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import TechniqueError
from ansible_collections.commune.baseline.plugins.module_utils._policy import programs

_METHODS = {"block": (2, "--block"), "overwrite": (1, "--overwrite"), "crypto": (3, "--crypto")}
_ANY = tuple(range(256))
_AT_WORK, _FAILED = (0x04, 0x1B), (0x31, 0x03)


def capabilities(path: str) -> Capabilities:
    """Return which service actions of SANITIZE the drive says to have; raises OSError if it cannot be asked."""
    found, unusable = [], []
    for method, (action, _option) in _METHODS.items():
        told = programs.run("sg_opcodes", f"--opcode=0x48,{action}", path, accept=_ANY, errors_too=True)
        if re.search(r"Command is \[?supported|Command supported", told):
            found.append(method)
    if not found:
        unusable.append("SCSI sanitize: the drive does not say that it has it")
    return Capabilities(scsi_sanitize=tuple(found), unusable=tuple(unusable))


def sanitize(path: str, method: str) -> None:
    """Sanitise and wait until the drive's own sense data says that it is done; raise TechniqueError otherwise."""
    option = _METHODS[method][1]
    extra = ("--zero", "--count=1") if method == "overwrite" else ()
    said = programs.run("sg_sanitize", option, *extra, "--early", "--quick", path, accept=_ANY, errors_too=True)
    if re.search(r"not supported|Illegal request|Invalid opcode|invalid field", said, re.IGNORECASE):
        raise TechniqueError(f"the drive does not begin to sanitise itself: {said.strip()[-200:]}")
    code = waiting.until_done(lambda: sense(path), lambda code: code == _AT_WORK)
    if code != (0, 0):
        word = "the sanitize command failed" if code == _FAILED else f"sense code {code[0]:02x}h {code[1]:02x}h"
        raise TechniqueError(f"the drive did not sanitise itself: {word}")


def sense(path: str) -> tuple[int, int]:
    """Return what REQUEST SENSE answers: the additional sense code and its qualifier, (0, 0) if all is well."""
    told = programs.run("sg_requests", "--hex", path, accept=_ANY)
    # Each line begins with the count of bytes before it.
    data = [int(one, 16) for line in told.splitlines() for one in re.findall(r"\b[0-9a-f]{2}\b", line[4:])]
    if not data:
        return 0, 0
    descriptor = data[0] & 0x7F in (0x72, 0x73)
    first = 2 if descriptor else 12
    return (data[first], data[first + 1]) if len(data) > first + 1 else (0, 0)
