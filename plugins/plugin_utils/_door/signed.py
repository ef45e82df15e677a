# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The end of every disposal: register, signed certificate and printed form come together, or nothing is kept."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import changed, in_both
from ansible_collections.commune.baseline.plugins.plugin_utils._door.signing import digest_of, open_signer
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError
from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, SANITISATION
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Stored
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer

Result = dict[str, t.Any]
NOT_KEPT: Result = {"path": None, "page": None, "sha256": None}


def now() -> str:
    """Return the moment by the clock and the time zone of the controller."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def keep(writer: Writer, device: Stored, told: Result, entries: t.Sequence[Result], folder: Path | None) -> Result:
    """Keep what a certificate says of each medium, then the certificate. Without a folder, only look.

    The register keeps the digest of the certificate with each medium: its chain of events anchors it.
    """
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, disposal, records

    name = device.record["name"]
    digest = None if folder is None else digest_of(told)
    detail = f"sha256 {digest}" if digest else None
    result: Result = {"changed": True, "device": device.record, "certificate": told, **NOT_KEPT, "sha256": digest}
    for entry in entries:
        records.put(writer, SANITISATION, {**entry, "detail": detail}, document=told["order"])
    if life_cycle.SANITISED in life_cycle.NEXT[device.record["state"]] and not disposal.uncertified(writer, device):
        step = devices.transition(writer, name, life_cycle.SANITISED, document=told["order"])
        result |= {**changed(writer, DEVICE, step), "changed": True}
    if folder is not None and digest is not None:  # last: what the register refuses must not be signed
        result |= _stored(writer, folder, told, digest)
    return result


def _stored(writer: Writer, folder: Path, told: Result, digest: str) -> Result:
    """Sign a certificate, and put the page beside it that people print; the page can be made again from it.

    The certificate's bundle is anchored in the register together with all else; what could not be is a warning.
    """
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import storing
    from ansible_collections.commune.baseline.plugins.plugin_utils._report.certificate import page

    name, shown = _name(told["made"], digest), page(told, digest)
    signer = open_signer(folder)
    printed = signer.store.write("reports", f"{name}.html", shown.encode())
    path = signer.keep(f"{name}.json", told, alone=True)
    try:
        left = storing.store_last(writer, folder, signer.last)
    except OSError as error:
        raise EvidenceError(f"cannot read {error.filename}: {error.strerror}") from error
    return {"path": str(path), "page": str(printed), "warnings": [in_both(one, in_vietnamese(one)) for one in left]}


def _name(made: str, digest: str) -> str:
    """Return a name for the files that no other certificate has, even one of the same second."""
    digits = "".join(one for one in made[:19] if one.isdigit())
    return f"{digits[:8]}-{digits[8:]}-sanitisation-{digest[:12]}"
