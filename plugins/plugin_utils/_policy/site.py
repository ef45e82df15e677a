# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What a site decides about one device: its class, the rows that are looked at, and the exceptions in force."""

from __future__ import annotations

import datetime
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import (
    EXCEPTED,
    FAIL,
    NOT_APPLICABLE,
    NOT_ASSESSED,
    Observation,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.given_text import check_texts
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row, RowError

DEVICE_CLASSES = ("workstation", "server", "network_device", "printer", "camera", "loudspeaker", "secret_workstation")
_NEEDED = ("control", "reason", "approver", "document", "expires")


class SiteException(t.NamedTuple):
    """A deviation that somebody with the authority allowed, for a device or a group, until a date."""

    control: str
    row: str | None
    device: str | None
    group: str | None
    reason: str
    approver: str
    document: str
    expires: str

    def covers(self, row: Row, device: str, groups: t.Collection[str]) -> bool:
        is_meant = self.device == device if self.device else self.group in groups
        return is_meant and self.control == row.control.id and self.row in (None, row.id)


class NoFirewall(t.NamedTuple):
    """Why a device is no firewall between the zones, and whether the site has said so."""

    reason: str
    is_known: bool


class Site(t.NamedTuple):
    """The decisions that concern one device; ``registered`` are exceptions that its register keeps.

    ``no_firewall`` is None on a device that the zone model names as a firewall.
    """

    device: str
    groups: t.Collection[str]
    device_class: str | None
    only: t.Collection[str]
    exceptions: t.Sequence[SiteException]
    registered: t.Sequence[SiteException] = ()
    no_firewall: NoFirewall | None = None

    def selects(self, row: Row) -> bool:
        return not self.only or row.id in self.only or row.control.id in self.only

    def exception_for(self, row: Row) -> SiteException | None:
        known = (*self.exceptions, *self.registered)
        return next((one for one in known if one.covers(row, self.device, self.groups)), None)

    def device_rows(self, rows: t.Iterable[Row], knobs: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
        """Return the rows as the engine wants them; what an exception allows is looked at and left alone."""
        return [
            {**row.for_device(knobs), **({"enforce": False} if self.exception_for(row) else {})}
            for row in rows
        ]  # fmt: skip

    def excuse(self, row: Row) -> Observation | None:
        """Return what is to be said of a row that the device need not be asked about, because of what it is."""
        conditions = row.fields.get("when", {})
        told = self._not_as_firewall() if "firewall" in conditions else self._not_as_class(conditions.get("class"))
        if told is None:
            return None
        state, reason = told
        desired = row.fields.get("value")
        return Observation(row.id, row.control.id, str(row.fields["kind"]), state, desired, reason=reason)

    def _not_as_class(self, classes: t.Sequence[str] | None) -> tuple[str, str] | None:
        if classes is None or self.device_class in classes:
            return None
        reason = f"for {', '.join(classes)} only"
        if self.device_class is None:
            return NOT_ASSESSED, f"{reason}; baseline_device_class does not say what this device is"
        return NOT_APPLICABLE, reason

    def _not_as_firewall(self) -> tuple[str, str] | None:
        """Judge a row of the firewall by the zone model, whatever class the device has."""
        if self.no_firewall is None:
            return None
        is_open = self.device_class == "network_device" and not self.no_firewall.is_known
        return (NOT_ASSESSED if is_open else NOT_APPLICABLE), self.no_firewall.reason


def read_exceptions(
    variable: str, entries: t.Sequence[t.Mapping[str, t.Any]], today: datetime.date
) -> list[SiteException]:
    """Return the exceptions that a variable holds; raise RowError that names the first that cannot count, and why."""
    return [_exception(f"{variable}[{number}]", entry, today) for number, entry in enumerate(entries)]


def check_names(
    rows: t.Sequence[Row],
    only: t.Iterable[str],
    exceptions: t.Sequence[SiteException],
    groups: t.Mapping[str, t.Collection[str]],
) -> None:
    """Raise RowError if the site names a row or control that no role has, or a device or group that is not there.

    The register may hold exceptions for rows that are yet to come, which excuse nothing here.

    ``groups`` are those of the inventory, with the names of their devices.
    """
    controls, ids = {row.control.id for row in rows}, {row.id for row in rows}
    for name in only:
        if name not in controls | ids:
            raise RowError(f"baseline_only names {name!r}, which is no row and no control that rows serve")
    for number, one in enumerate(exceptions):
        served = {row.id for row in rows if row.control.id == one.control}
        if one.row is not None and one.row not in served:
            raise RowError(
                f"baseline_exceptions[{number}]: row is {one.row!r}; rows of control {one.control}: {_listed(served)}"
            )
        if one.control not in controls:
            raise RowError(f"baseline_exceptions[{number}]: control is {one.control!r}, which no row serves")
        if one.device is not None and one.device not in groups["all"]:
            raise RowError(f"baseline_exceptions[{number}]: device is {one.device!r}, which is not in the inventory")
        if one.group is not None and one.group not in groups:
            raise RowError(f"baseline_exceptions[{number}]: group is {one.group!r}, which is not in the inventory")


def with_exception(observation: t.Mapping[str, t.Any], exception: SiteException | None) -> dict[str, t.Any]:
    """Return a row's observation, excepted if it fails and an exception allows that."""
    if exception is None or observation["state"] != FAIL:
        return dict(observation)
    allowed = {name: getattr(exception, name) for name in ("reason", "approver", "document", "expires")}
    return {**observation, "state": EXCEPTED, "exception": allowed}


def _exception(place: str, entry: t.Mapping[str, t.Any], today: datetime.date) -> SiteException:
    fields = {name: str(entry.get(name) or "").strip() or None for name in SiteException._fields}
    missing = [name for name in _NEEDED if fields[name] is None]
    unknown = sorted(map(str, set(entry) - set(fields)))
    if missing:
        raise RowError(f"{place}: lacks {', '.join(missing)}; without it no exception counts")
    if unknown:
        raise RowError(f"{place}: has no field called {', '.join(unknown)}")
    if (fields["device"] is None) == (fields["group"] is None):
        raise RowError(f"{place}: needs either device or group")
    check_texts(place, {name: fields[name] for name in ("reason", "approver", "document")})
    try:
        expires = datetime.date.fromisoformat(str(fields["expires"]))
    except ValueError:
        raise RowError(f"{place}: expires is {fields['expires']!r}, not a date such as 2027-01-31") from None
    if expires < today:
        raise RowError(f"{place}: control {fields['control']}: expired on {expires}; renew it or take it out")
    return SiteException(**t.cast("dict[str, t.Any]", fields))


def _listed(names: t.Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
