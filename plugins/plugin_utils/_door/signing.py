# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The signer of a folder of evidence, whose libraries are no part of Ansible."""

from __future__ import annotations

import sys
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError, Store

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.record import Record
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.signer import Signer


def open_signer(folder: Path) -> Signer:
    """Prepare a folder for this run alone; return who signs in it. Raise EvidenceError if nothing could be signed."""
    try:
        from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.signer import Signer
    except ImportError as error:
        raise EvidenceError(
            f"evidence cannot be signed: {sys.executable} does not find the Python library {error.name}; "
            "install the project with its libraries (pip install .)"
        ) from error
    store = Store(folder)
    store.prepare()
    try:
        return Signer(store)
    except OSError as error:
        raise EvidenceError(f"evidence cannot be signed: {error.filename}: {error.strerror}") from error


def digest_of(record: Record) -> str:
    """Return the SHA-256 that the file of a record will have once it is signed."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import bundle

    return bundle.digest(bundle.canonical(record))
