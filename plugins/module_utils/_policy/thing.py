# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""What a run can change on a device. Each sort knows how to take a state down and how to put it back.

A state is a :class:`FileState`, or something that JSON can hold; None is absence.
"""

from __future__ import annotations

import hashlib
import json
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.things import (
    account_entry,
    file_state,
    folder,
    kernel_module,
    kernel_parameter,
    mount_options,
    nft_table,
    packages,
    permissions,
    unit,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import FileState

State = t.Any


class Thing(t.Protocol):
    """A sort of thing. ``SHARED`` means that others change it rightly, so that taking a run back asks nobody."""

    SHARED: bool

    def capture(self, name: str) -> State: ...

    def put(self, name: str, state: State) -> None: ...


THINGS: dict[str, Thing] = {
    "account": account_entry,
    "file": file_state,
    "folder": folder,
    "kernel_module": kernel_module,
    "kernel_parameter": kernel_parameter,
    "mount_options": mount_options,
    "nft_table": nft_table,
    "packages": packages,
    "permissions": permissions,
    "unit": unit,
}


def fingerprint(state: State) -> str:
    """Return what two states of a thing have in common only if they are the same."""
    if state is None:
        return "absent"
    if isinstance(state, FileState):
        return state.fingerprint
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()
