# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The end of every disposal: register, signed certificate and printed form come together, or nothing is kept."""

from __future__ import annotations

import datetime
import hashlib
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import changed
from ansible_collections.commune.baseline.plugins.plugin_utils._door.signing import digest_of, open_signer
from ansible_collections.commune.baseline.plugins.plugin_utils._register import life_cycle
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import DEVICE, SANITISATION

if t.TYPE_CHECKING:
    from pathlib import Path

    from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Stored
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer

Result = dict[str, t.Any]


def now() -> str:
    """Return the moment by the clock and the time zone of the controller."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def keep(writer: Writer, device: Stored, told: Result, entries: t.Sequence[Result], folder: Path | None) -> Result:
    """Keep what a certificate says of each medium, then the certificate. Without a folder, only look.

    The register keeps the digest of the certificate with each medium: its chain of events anchors it.
    """
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import devices, disposal, records

    name = device.record["name"]
    result: Result = {"changed": True, "device": device.record, "certificate": told, "path": None, "sha256": None}
    if folder is not None:
        result["sha256"] = digest_of(told)
    detail = f"sha256 {result['sha256']}" if folder is not None else None
    for entry in entries:
        records.put(writer, SANITISATION, {**entry, "detail": detail}, document=told["order"])
    if life_cycle.SANITISED in life_cycle.NEXT[device.record["state"]] and not disposal.uncertified(writer, device):
        step = devices.transition(writer, name, life_cycle.SANITISED, document=told["order"])
        result |= {**changed(writer, DEVICE, step), "changed": True}
    if folder is not None:  # last: what the register refuses must not be signed
        result["path"] = str(open_signer(folder).keep(_file_name(name, told["made"]), told))
    return result


def _file_name(device: str, made: str) -> str:
    """Return a name for the file, in which nothing of the device's name can lead elsewhere."""
    digits = "".join(one for one in made[:19] if one.isdigit())
    return f"{digits[:8]}-{digits[8:]}-sanitisation-{hashlib.sha256(device.encode()).hexdigest()[:12]}.json"
