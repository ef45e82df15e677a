# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The zone model of a site at the door: which device is its firewall, which guards itself, and the proof of both."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.module_utils._observation import FAIL, PASS
from ansible_collections.commune.baseline.plugins.plugin_utils._door import quarantine, site_register
from ansible_collections.commune.baseline.plugins.plugin_utils._door.calendar import today
from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows.kinds import firewall_ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row, RowError
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.site import NoFirewall
from ansible_collections.commune.baseline.plugins.plugin_utils._zones import windows
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.firewall import Firewall, differences
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import Guarded, HostError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host_firewall import HostFirewall, guarded
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nftables import TABLE
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.quarantine import isolated
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.linux_device import LinuxDevice

Rows = t.Sequence[t.Mapping[str, t.Any]]
FILE = "group_vars/all/zones.yml"
_OF_WINDOWS = "firewall_ruleset"


class ZoneFirewall:
    """What the site's zone model says of one device; ``excuse`` is why it says nothing, else None.

    It is not read where no row is about a firewall.
    """

    def __init__(self, variables: t.Mapping[str, t.Any], device: str, rows: t.Iterable[Row]) -> None:
        self._firewalls: dict[str, Firewall] = {}
        self._variables = variables
        self._path = site_register.folder_of(variables) / FILE
        self.excuse: NoFirewall | None = None
        if not any("firewall" in row.fields.get("when", {}) for row in rows):
            return
        if not self._path.is_file():
            self.excuse = NoFirewall(f"there is no zone model: {self._path}", is_known=False)
            return
        model = self._model()
        strangers = [name for name in model.firewalls if name not in variables["groups"]["all"]]
        if strangers:
            raise RowError(f"{self._path}: zone_firewalls names {strangers[0]!r}, which is not in the inventory")
        if device not in model.firewalls:
            self.excuse = NoFirewall("zone_firewalls of the zone model does not name this device", is_known=True)
            return
        try:
            apart = isolated(model, quarantine.devices_of(variables))
        except ZoneError as error:
            raise RowError(str(error)) from error
        self._firewalls[TABLE] = Firewall(apart, today())

    def guard(self, rows: t.Iterable[dict[str, t.Any]]) -> None:
        """Make the rules of a host that guards itself, if rows ask for them; raise RowError if they cannot be made.

        Those for Windows are put into its row; those for nft are loaded and proven by ``bring``.
        """
        for row in rows:
            is_windows = row["kind"] == _OF_WINDOWS
            if (is_windows or _is_of(row, HostFirewall.table)) and row["desired"]:
                if not self._path.is_file():
                    raise RowError(f"there is no zone model: {self._path}")
                try:
                    host = guarded({**row["desired"], **self._place(row["desired"])})
                    if is_windows:
                        row.update(_rules_of_windows(self._model(), host))
                    else:
                        self._firewalls[HostFirewall.table] = HostFirewall(self._model(), host, today())
                except HostError as error:
                    raise RowError(f"host_firewall_offer: {error}") from error

    def _place(self, given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return zone and addresses of the device: as the site gives them, else as the register knows them."""
        registered = self._variables.get("register_device", {})
        return {
            "zone": given["zone"] or registered.get("zone"),
            "addresses": given["addresses"] or registered.get("ips") or [self._variables.get("ansible_host")],
        }

    def _model(self) -> Model:
        return _model(self._path, self._path.stat().st_mtime_ns)

    def bring(self, device: LinuxDevice, rows: Rows) -> dict[str, t.Any]:
        """Bring all rows to a device; the rules of its firewall last, proven before they are loaded and after."""
        proven = {table: [row for row in rows if _is_of(row, table)] for table in self._firewalls}
        result = device.bring([row for row in rows if row.get("table") not in proven])
        for table, of_table in proven.items():
            if of_table and "observations" in result:
                result = _joined(result, self._brought(device, of_table, self._firewalls[table]))
        return result

    def _brought(self, device: LinuxDevice, rows: Rows, firewall: Firewall) -> dict[str, t.Any]:
        """Load rules that the model proves, as the device reads them; what it has then is proven too.

        All rows are about one table, so the device is asked once for all of them.
        """
        asked = {**rows[0], "desired": firewall.text, "enforce": any(row.get("enforce", True) for row in rows)}
        result = device.look([asked])
        fault = next(filter(None, map(firewall.fault_of_candidate, result.get("observations", ()))), None)
        if fault is None and any(one["state"] != PASS for one in result.get("observations", ())):
            result = device.bring([asked])
        if "observations" not in result:
            return result
        (seen,) = result["observations"]
        judged = [firewall.judged(seen, row) for row in rows]
        if fault is not None:
            refused = f"nothing was loaded, for the rules made from the zone model are not what it says: {fault}"
            judged = [{**one, "state": FAIL, "reason": refused} for one in judged]
        if "diff" in result:
            result["diff"] = [differences(seen, firewall.table)] if seen["changed"] or seen["would_change"] else []
        return {**result, "observations": judged, "warnings": firewall.expired()}


@functools.lru_cache(maxsize=4)
def _model(path: Path, _changed: int) -> Model:
    try:
        return read_model(path)
    except ZoneError as error:
        raise RowError(str(error)) from error


def _rules_of_windows(model: Model, host: Guarded) -> dict[str, t.Any]:
    if not host.any_outbound:
        sentence = "what a host begins itself is not limited on Windows: set outbound of host_firewall_offer to any"
        return {"desired": None, "undecided": sentence}
    rules = windows.incoming(model, host, today())
    return {"rules": rules, "desired": sorted(firewall_ruleset.text_of(firewall_ruleset.wanted(one)) for one in rules)}


def _is_of(row: t.Mapping[str, t.Any], table: str) -> bool:
    return row["kind"] == "nft_ruleset" and row.get("table") == table


def _joined(one: dict[str, t.Any], other: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return two results of the engine as one; a failure of the second is the result of both."""
    if "observations" not in other:
        return other
    shown = one.get("diff", [])
    diffs = [*(shown if isinstance(shown, list) else [shown]), *other.get("diff", [])]
    return {
        **one,
        "changed": one["changed"] or other["changed"],
        "observations": [*one["observations"], *other["observations"]],
        "taken_back": [*one["taken_back"], *other["taken_back"]],
        "warnings": [*one.get("warnings", []), *other["warnings"]],
        **({"diff": diffs} if diffs else {}),
    }
