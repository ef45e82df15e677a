# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: register
short_description: The devices of a site, from its register
version_added: 0.1.0
author: commune.baseline contributors (!UNKNOWN)
description:
  - Takes hosts, groups and variables from the register of a site.
  - The source is a file called C(register.yml), C(register.yaml) or C(*.register.yml).
  - Planned and disposed devices are no hosts. All others are, so that they can be enrolled and disposed of.
  - Those that a check of the baseline must leave alone are in the group C(baseline_not_targets), which the playbooks
    C(drift), C(harden) and C(rollback) leave out. That is every device in a state that O(states) does not name, every
    machine for state secrets, every device in the zone C(secret), and those of a class or platform that no engine of
    this collection reaches. In playbooks of your own, say C(all:!baseline_not_targets).
  - Groups are C(class_<class>), C(type_<type>), C(zone_<zone>), C(department_<department>), C(state_<state>) and
    C(platform_<platform>). Types, zones and departments are written in small letters without accents, whatever else
    stands between them as one underscore, such as C(department_van_phong) of I(Văn phòng). Of texts that come to the
    same name, every one gets a sign of its own, and a warning tells them.
  - The variable C(ansible_host) is the first address of a device. A device without one is reached by its name, if that
    can be the name of a machine. What nothing may reach over a network has no C(ansible_host), and the connection
    P(commune.baseline.no_network#connection), which sends nothing.
  - The variables for a platform's connection belong to its group, so that C(group_vars/platform_windows.yml) can say
    otherwise.
  - Further variables are C(baseline_device_class); C(register_exceptions), the exceptions of the register that are in
    force for the device and count like C(baseline_exceptions); C(register_device), the device's record without its
    media, software and licences; and for all hosts C(baseline_register), the place of the register.
  - No text of the register is ever taken for a template.
notes:
  - Ansible goes on with an empty inventory if a source cannot be read. C(any_unparsed_is_failed = true) below
    C([inventory]) in C(ansible.cfg), as this project has it, makes it stop instead.
  - If the source lies in a folder that is given as the inventory, Ansible must not read the register itself as a list
    of hosts. That needs C(ignore_patterns = ^evidence$, ^keys$, ^register\.db) below C([inventory]) in C(ansible.cfg).
extends_documentation_fragment:
  - constructed
  - inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [commune.baseline.register]
  register:
    description:
      - Path of the register below the folder of this file, or its URL.
      - E(COMMUNE_BASELINE_REGISTER) comes before it, and so does C(-e baseline_register=...), as for everything else
        that uses the register.
      - A URL here holds no password, which everybody who lists the inventory would read. Put that into C(~/.pgpass).
    type: str
    default: register.db
  states:
    description: States of the devices that a check of the baseline works on.
    type: list
    elements: str
    choices: [received, hardening, in_service, quarantined, in_repair, pending_disposal, sanitised]
    default: [hardening, in_service, quarantined]
seealso:
  - plugin: commune.baseline.no_network
    plugin_type: connection
"""

EXAMPLES = r"""
# inventories/my-commune/register.yml: the register lies beside this file, as register.db.
plugin: commune.baseline.register

---
# On a server of the province; a group for each floor, and for whatever needs a new warranty.
plugin: commune.baseline.register
register: postgresql://register@db.example.org/commune
strict: true
keyed_groups:
  - prefix: location
    key: register_device.location | default('')
groups:
  warranty_ends: register_device.warranty_until | default('9999') < '2027-01-01'
compose:
  ansible_port: "2222 if register_device.zone == 'dmz' else 22"

---
# Only look at what is in service, and keep what was read for ten minutes.
plugin: commune.baseline.register
states: [in_service]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/commune-baseline
cache_timeout: 600
"""

import functools
import typing as t
from pathlib import Path

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.template import trust_as_template

from ansible_collections.commune.baseline.plugins.plugin_utils._door import site_register
from ansible_collections.commune.baseline.plugins.plugin_utils._door.calendar import today
from ansible_collections.commune.baseline.plugins.plugin_utils._inventory.hosts import (
    OWN_WORDS,
    HostError,
    Inventory,
    inventory_of,
)

_NAMES = ("register.yml", "register.yaml")
_CONSTRUCTED = ("compose", "groups", "keyed_groups")
# Whatever is not trusted is listed with a mark, which would stand around words of ours too.
_own_word = functools.cache(trust_as_template)


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """The register's devices as hosts."""

    NAME = "commune.baseline.register"

    def verify_file(self, path: str) -> bool:
        name = Path(path).name
        return bool(super().verify_file(path)) and (name in _NAMES or name.endswith(tuple(f".{one}" for one in _NAMES)))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        unknown = sorted(map(str, self._read_config_data(path).keys() - self._options.keys()))
        if unknown:
            raise AnsibleParserError(f"{path}: there is no option called {', '.join(unknown)}")
        given = (self._vars or {}).get(site_register.VARIABLE) or self.get_option("register")
        place = site_register.place_of(None, {site_register.VARIABLE: given}, Path(path).resolve().parent)
        if site_register.tells_password(str(given)):
            raise AnsibleParserError(
                f"{path}: register holds a password; put it into ~/.pgpass, where only you read it"
            )
        read = self._read(place, self.get_cache_key(f"{path} {place}"), cache)
        try:
            found = inventory_of(**read, targets=self.get_option("states"), today=today().isoformat())
            self._add(inventory, found)
        except HostError as error:
            raise AnsibleParserError(f"{path}: {error}") from None
        if not site_register.tells_password(place):
            inventory.set_variable("all", site_register.VARIABLE, place)
        for notice in found.notices:
            self.display.warning(f"{path}: {notice}")

    def _read(self, place: str, key: str, cached: bool) -> dict[str, t.Any]:
        """Return the register's records, from the cache if there is one that may be used."""
        is_kept = self.get_option("cache")
        if is_kept and cached and key in self._cache:
            return t.cast("dict[str, t.Any]", self._cache[key])
        # Late: what reads the register needs a library that this file can be documented without.
        try:
            from ansible_collections.commune.baseline.plugins.plugin_utils._inventory import source
            from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
        except ImportError as error:
            raise AnsibleParserError(f"the register needs the Python library {error.name}; install it") from None
        try:
            read = source.read(place)
        except RegisterError as error:
            raise AnsibleParserError(str(error)) from None
        if is_kept:
            self._cache[key] = read
        return read

    def _add(self, inventory: t.Any, found: Inventory) -> None:
        for group, variables in found.groups.items():
            inventory.add_group(group)
            for name, value in variables.items():
                inventory.set_variable(group, name, _own_word(value))
        composes = any(self.get_option(option) for option in _CONSTRUCTED)
        for host in found.hosts:
            if host.name in inventory.groups:
                raise HostError(f"device {host.name!r} has the name of a group; register it under another name")
            for group in host.groups:
                inventory.add_host(host.name, group=group)
            # Past the inventory's own set_variable, which would copy every text to mark where it came from.
            known = inventory.get_host(host.name)
            for name, value in host.variables.items():
                known.set_variable(name, _own_word(value) if name in OWN_WORDS else value)
            if composes:
                self._construct(host.name, known.get_vars())

    def _construct(self, name: str, known: dict[str, t.Any]) -> None:
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), known, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), known, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), known, name, strict=strict)
