# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What certificates cost: made and signed, kept in a batch, and each alone with its anchor in a register."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
import unittest.mock
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import bundle, storing
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.signer import Signer
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import Store
from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register
from ansible_collections.commune.baseline.plugins.plugin_utils._sanitisation import certificate
from tests.bench.results import Result

_BAR = 100  # per second
_SIGNED, _STORED = 500, 200


def measure(topic: str) -> list[Result]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        signed = _SIGNED / _signed()
        with _syncing() as in_batch:
            batch = _STORED / _batch(Path(folder, "evidence"))
        with _syncing() as by_itself:
            alone = _STORED / _alone(Path(folder, "evidence"), Path(folder, "register.db"))
    rates = {
        "made and signed, not stored": signed,
        "made, signed and stored by one signer": batch,
        "made, signed, stored and anchored, each by a signer of its own": alone,
    }
    return [
        *(Result(topic, f"certificates {what}", rate, "per s", _BAR, at_least=True) for what, rate in rates.items()),
        Result(topic, "fsync of one stored by one signer", _each(in_batch), "ms", 1000 / _BAR),
        Result(
            topic,
            "fsync of a certificate stored alone, without the register's own",
            _each(by_itself),
            "ms",
            1000 / _BAR,
        ),
    ]


def _signed() -> float:
    key = Ed25519PrivateKey.generate()
    began = time.perf_counter()
    for number in range(_SIGNED):
        key.sign(bundle.canonical(_certificate(number)))
    return time.perf_counter() - began


def _batch(folder: Path) -> float:
    """Return the seconds that one signer takes for all."""
    signer = _signer(folder)
    began = time.perf_counter()
    for number in range(_STORED):
        signer.keep(f"batch-{number}.json", _certificate(number))
    return time.perf_counter() - began


def _alone(folder: Path, place: Path) -> float:
    """Return the seconds that it takes behind the batch, each with a transaction of the register, as tasks do it."""
    register = Register.open(str(place), create=True)
    with contextlib.closing(register):
        began = time.perf_counter()
        for number in range(_STORED):
            with register.write("bench") as writer:
                signer = _signer(folder)
                signer.keep(f"alone-{number}.json", _certificate(number), alone=True)
                if storing.store_last(writer, folder, signer.last):
                    raise SystemExit("bench: a certificate was not anchored")
        return time.perf_counter() - began


def _signer(folder: Path) -> Signer:
    store = Store(folder)
    store.prepare()
    return Signer(store)


@contextlib.contextmanager
def _syncing() -> Iterator[list[float]]:
    """Gather the seconds of each os.fsync in a list."""
    seconds: list[float] = []
    sync = os.fsync

    def timed(fd: Any) -> None:
        began = time.perf_counter()
        sync(fd)
        seconds.append(time.perf_counter() - began)

    with unittest.mock.patch.object(os, "fsync", timed):
        yield seconds


def _each(seconds: list[float]) -> float:
    """Return in milliseconds how long a certificate waits for the disk."""
    return 1000 * sum(seconds) / _STORED


def _certificate(number: int) -> dict[str, Any]:
    person = {"code": "an", "name": "An", "post": None, "department": None}
    device = {**dict.fromkeys(("name", "class", "make", "model", "serial", "asset_tag", "secrecy"), "x"), "media": []}
    wiped = {
        **{"identity": {"serial": "SN-1", "model": "x", "size": 1, "wwn": ""}, "size": 1, "level": "clear"},
        **{"technique": "overwrite", "attempts": [], "started": "x", "finished": "x"},
    }
    verified = dict.fromkeys(("expectation", "confidence", "seed"), "x") | {"checked": 1, "size": 1, "largest_gap": 0}
    medium = certificate.Medium({"serial": "SN-1", "kind": "hdd"}, wiped, verified)
    parties = certificate.Parties(person, person, person, [person, person])
    return certificate.certificate_of(str(number), device, parties, [medium], {"place": "x"})
