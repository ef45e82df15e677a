# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Where the register of a site lies, and the zones that its devices lie in: one rule for all that open it."""

from __future__ import annotations

import ipaddress
import os
import typing as t
import urllib.parse
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._register import words
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError

VARIABLE, ZONES = "baseline_register", "zones"
ENVIRONMENT = "COMMUNE_BASELINE_REGISTER"
FILE = "register.db"


def place_of(given: str | None, variables: t.Mapping[str, t.Any], folder: Path | None = None) -> str:
    """Return the path or the URL of the register; a relative path is one below the folder of the inventory.

    The first of: what was given, the environment, the variable of the site, ``register.db``. The folder is that of
    the inventory, or the current one if devices are only named.
    """
    place = given or os.environ.get(ENVIRONMENT) or variables.get(VARIABLE) or FILE
    return str(place) if "://" in str(place) else str((folder or folder_of(variables)) / Path(str(place)).expanduser())


def place_if_any(variables: t.Mapping[str, t.Any]) -> str | None:
    """Return the place of the register; None if nobody names one, and none lies where it would be without a name.

    One that is named and not there is no site without a register: whoever opens it is told.
    """
    place = place_of(None, variables)
    is_named = os.environ.get(ENVIRONMENT) or variables.get(VARIABLE)
    return place if is_named or Path(place).exists() else None


def tells_password(place: str) -> bool:
    """Tell whether a URL holds a password, so that it must not be shown."""
    url = urllib.parse.urlsplit(place if "://" in place else "")
    return url.password is not None or "password" in urllib.parse.parse_qs(url.query)


def folder_of(variables: t.Mapping[str, t.Any]) -> Path:
    """Return the folder of the inventory: of this host's, else of the first that was given as a path."""
    if variables.get("inventory_dir"):
        return Path(str(variables["inventory_dir"])).resolve()
    given = (str(one) for one in variables.get("ansible_inventory_sources") or ())
    places = (Path(one).resolve() for one in given if "," not in one)
    return next((place if place.is_dir() else place.parent for place in places), Path.cwd())


def zones_of(variables: t.Mapping[str, t.Any]) -> words.Zones:
    """Return the networks of each zone of the site, from its variable ``zones``; without it, the default zones.

    Raise RegisterError that names the first value that cannot be.
    """
    given = variables.get(ZONES)
    if given is None:
        return words.DEFAULT_ZONES
    if not isinstance(given, t.Mapping) or not given:
        raise RegisterError(f"variable {ZONES}: it must be a dictionary with a name for each zone of the site")
    return {str(name): _networks(f"variable {ZONES}: {name}", zone) for name, zone in given.items()}


def _networks(place: str, zone: t.Any) -> tuple[words.Network, ...]:
    if zone is None:
        return ()
    if not isinstance(zone, t.Mapping):
        raise RegisterError(f"{place} is {zone!r:.60}: it must be a dictionary, with its networks as a list")
    given = zone.get("networks") or ()
    if not isinstance(given, list | tuple):
        raise RegisterError(f"{place}: networks is {given!r:.60}: it must be a list such as [10.1.2.0/24]")
    networks = []
    for number, one in enumerate(given):
        try:
            networks.append(ipaddress.ip_network(str(one)))
        except ValueError as error:
            raise RegisterError(
                f"{place}: networks[{number}] is {one!r:.60}: it must be a network such as 10.1.2.0/24 ({error})"
            ) from None
    return tuple(networks)
