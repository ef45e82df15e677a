# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The zone model of a site at the door: which device is its firewall, what that is given, and the proof around it."""

from __future__ import annotations

import datetime
import functools
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.module_utils._observation import FAIL, PASS
from ansible_collections.commune.baseline.plugins.plugin_utils._door import site_register
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import Row, RowError
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.site import NoFirewall
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.firewall import Firewall, differences
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nftables import TABLE
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.linux_device import LinuxDevice

Rows = t.Sequence[t.Mapping[str, t.Any]]
FILE = "group_vars/all/zones.yml"


class ZoneFirewall:
    """What the site's zone model says of one device; ``excuse`` is why it says nothing, else None.

    It is not read where no row is about a firewall.
    """

    def __init__(self, variables: t.Mapping[str, t.Any], device: str, rows: t.Iterable[Row]) -> None:
        self._firewall: Firewall | None = None
        self.excuse: NoFirewall | None = None
        if not any("firewall" in row.fields.get("when", {}) for row in rows):
            return
        path = site_register.folder_of(variables) / FILE
        if not path.is_file():
            self.excuse = NoFirewall(f"there is no zone model: {path}", is_known=False)
            return
        model = _model(path, path.stat().st_mtime_ns)
        if device not in model.firewalls:
            self.excuse = NoFirewall("zone_firewalls of the zone model does not name this device", is_known=True)
            return
        self._firewall = Firewall(model, datetime.datetime.now().astimezone().date())

    def bring(self, device: LinuxDevice, rows: Rows) -> dict[str, t.Any]:
        """Bring all rows to a device; the rules between the zones last, proven before they are loaded and after."""
        of_zones = [row for row in rows if _is_of_zones(row)]
        result = device.bring([row for row in rows if not _is_of_zones(row)])
        if not of_zones or self._firewall is None or "observations" not in result:
            return result
        return _joined(result, self._brought(device, of_zones, self._firewall))

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
            result["diff"] = [differences(seen)] if seen["changed"] or seen["would_change"] else []
        return {**result, "observations": judged, "warnings": firewall.expired()}


@functools.lru_cache(maxsize=4)
def _model(path: Path, _changed: int) -> Model:
    try:
        return read_model(path)
    except ZoneError as error:
        raise RowError(str(error)) from error


def _is_of_zones(row: t.Mapping[str, t.Any]) -> bool:
    return row["kind"] == "nft_ruleset" and row.get("table") == TABLE


def _joined(one: dict[str, t.Any], other: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return two results of the engine as one; a failure of the second is the result of both."""
    if "observations" not in other:
        return other
    diffs = [*([one["diff"]] if "diff" in one else []), *other.get("diff", [])]
    return {
        **one,
        "changed": one["changed"] or other["changed"],
        "observations": [*one["observations"], *other["observations"]],
        "taken_back": [*one["taken_back"], *other["taken_back"]],
        "warnings": [*one.get("warnings", []), *other["warnings"]],
        **({"diff": diffs} if diffs else {}),
    }
