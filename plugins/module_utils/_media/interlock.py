# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The interlocks of a device: what must hold before a medium is written to, and after.

An order names each medium by serial, model, size and WWN. Whatever does not fit exactly is refused, and nothing on the
whole device is written unless everything that is wanted of it fits.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import os
import stat
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._media import medium as reader
from ansible_collections.commune.baseline.plugins.module_utils._media import sysfs, uses
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import LostError, RefusedError
from ansible_collections.commune.baseline.plugins.module_utils._media.journal import Journal
from ansible_collections.commune.baseline.plugins.module_utils._media.medium import Identity, Medium, plain

MACHINE_ID = "/etc/machine-id"
# How far, in seconds, the clock of a device may be ahead: what it tells of a wipe is compared with the controller's.
CLOCKS_APART = 300
_LONGEST_SHOWN = 80


class Wanted(t.NamedTuple):
    """A medium as the order names it. ``typed`` is the serial number that the operator typed off its label."""

    identity: Identity
    typed: str
    marks: tuple[str, ...] = ()


def check_machine(controller: str) -> None:
    """Raise RefusedError if this is the controller, by its machine-id(5), or if that cannot be told."""
    try:
        with open(MACHINE_ID, encoding="ascii") as file:
            own = file.read().strip()
    except (OSError, ValueError):
        own = ""
    if not own:
        raise RefusedError(f"{MACHINE_ID} cannot be read, so this could be the controller: nothing is wiped here")
    if own == controller.strip():
        raise RefusedError("this is the controller, by its machine-id: nothing is wiped here")


def check_dates(dated: datetime.date, expires: datetime.date, today: datetime.date) -> None:
    """Raise RefusedError if the order is not in force on this day, or the clock of the device cannot be right."""
    if today < dated:
        raise RefusedError(f"the clock says {today}, before the order of {dated}: set the clock of this device right")
    if today > expires:
        raise RefusedError(f"the order expired on {expires}, and today is {today}: ask for a new one")


def check_clock(
    pending_since: datetime.datetime | None, asked_at: datetime.datetime | None, now: datetime.datetime
) -> None:
    """Raise RefusedError if the clock of the device is so wrong that its wipe could not be certified."""
    if pending_since and now < pending_since:
        raise RefusedError(
            f"the clock says {now:%Y-%m-%dT%H:%M:%SZ}, before the device began to await its disposal at "
            f"{pending_since:%Y-%m-%dT%H:%M:%SZ}: set the clock of this device right"
        )
    if asked_at and now > asked_at + datetime.timedelta(seconds=CLOCKS_APART):
        raise RefusedError(
            f"the clock says {now:%Y-%m-%dT%H:%M:%SZ}, and the register was asked at {asked_at:%Y-%m-%dT%H:%M:%SZ}: "
            "set the clock of this device right, or ask the register again"
        )


def choose(wanted: Wanted, present: t.Sequence[Medium]) -> Medium:
    """Return the only medium that is the wanted one; raise RefusedError with what does not fit."""
    serial = plain(wanted.identity.serial)
    if not serial:
        raise RefusedError("the order names a medium without its serial number, so it could be any")
    fitting = [one for one in present if one.identity.serial == serial]
    if not fitting:
        raise RefusedError(f"no medium here has the serial number {serial:.80}; here are: {_listed(present)}")
    if len(fitting) > 1:
        raise RefusedError(
            f"{len(fitting)} media have the serial number {serial:.80} ({_listed(fitting)}), so nobody can tell which"
        )
    (found,) = fitting
    _check_identity(wanted, found)
    return found


def _check_identity(wanted: Wanted, found: Medium) -> None:
    told, own = wanted.identity, found.identity
    size = own.size
    if Journal(own).entry.get("opened_from") == told.size:  # we ourselves laid a hidden area open since
        size = told.size
    if plain(wanted.typed) != own.serial:
        raise RefusedError(
            f"the serial number typed is {wanted.typed!r:.80}, and that of {found.path} {own.serial:.80}"
        )
    for name, ordered, shown in (
        ("model", plain(told.model), own.model),
        ("WWN", plain(told.wwn), own.wwn),
        ("size in bytes", told.size, size),
    ):
        if ordered != shown:
            raise RefusedError(
                f"{found.path} with the serial number {own.serial:.80} has the {name} {shown or 'none'}, "
                f"and the order says {ordered or 'none'}"
            )


def check_state(wanted: Wanted, found: Medium) -> None:
    """Raise RefusedError if the medium must not be written to as it stands; raises OSError if that cannot be told."""
    if found.identity.size <= 0:
        raise RefusedError(f"{found.path} shows a size of 0: it failed or is locked, so destroy it")
    if found.is_read_only:
        raise RefusedError(f"{found.path} is read-only, so nothing can be overwritten")
    used = uses.uses_of(found)
    if used:
        raise RefusedError(f"{found.path} is in use: {'; '.join(shown(use) for use in used)[:400]}")
    strange = [mark for mark in uses.marks_of(found) if mark not in wanted.marks]
    if strange:
        raise RefusedError(f"{found.path} is marked as part of {', '.join(strange)}, which the order does not name")


def shown(use: uses.Use) -> str:
    """Return a use as a few words."""
    return f"{use.device} {use.how} {use.by:.80}"


@contextlib.contextmanager
def claimed(found: Medium, *, writing: bool) -> t.Iterator[int]:
    """Open a medium for us alone, past the cache, and hold it; raise RefusedError if it is in use or another one now.

    The kernel refuses the claim while the medium or a part of it is mounted, swapped to, or held by LVM, RAID, ZFS or
    LUKS, and refuses all of these while we have it. After it, the medium is looked at again: a name such as sda may
    have passed on to another disk since.
    """
    mode = os.O_RDWR if writing else os.O_RDONLY
    try:
        handle = os.open(found.path, mode | os.O_DIRECT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno == errno.EBUSY:
            raise RefusedError(f"{found.path} is in use: the kernel refuses to give it to us alone") from error
        raise LostError(f"{found.path} cannot be opened: {error.strerror}") from error
    try:
        check_same(found, handle)
        yield handle
    finally:
        os.close(handle)


def check_same(found: Medium, handle: int) -> None:
    """Raise RefusedError unless the open device is still the medium that was found."""
    status = os.fstat(handle)
    number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}" if stat.S_ISBLK(status.st_mode) else "no device"
    if number != found.number or os.path.basename(os.path.realpath(f"{sysfs.SYS}/dev/block/{number}")) != found.name:
        raise RefusedError(f"{found.path} is another device than the one that was looked at")
    now = reader.read(found.name)
    if now != found:
        raise RefusedError(f"{found.path} is another medium now: {_described(now)} instead of {_described(found)}")


def _listed(present: t.Sequence[Medium]) -> str:
    return "; ".join(f"{one.path} {_described(one)}" for one in present)[:600] or "none"


def _described(one: Medium) -> str:
    serial, model, size, _wwn = one.identity
    return f"{model[:_LONGEST_SHOWN]} {serial[:_LONGEST_SHOWN] or 'without serial number'} {size}"
