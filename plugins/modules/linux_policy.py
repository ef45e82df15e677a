#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: linux_policy
short_description: Check and enforce all rows of a Linux device in one call
version_added: 0.1.0
description:
  - Reads every row on the device and compares it with the desired value.
  - Unless in check mode, corrects what fails and reads it again.
  - A row with a probe asks the program itself, a login shell for example, as the user nobody.
  - Only M(commune.baseline.policy) can call this module, for it brings the engine along; playbooks call that one.
author:
  - commune.baseline contributors (!UNKNOWN)
attributes:
  check_mode:
    description: Reports the same states and changes nothing.
    support: full
  diff_mode:
    description: Shows the value of every row that changed or would change.
    support: full
options:
  engine:
    description: The engine's sources in one parcel (JSON, zlib, base64), which is imported without touching the disk.
    type: str
    required: true
  rows:
    description:
      - The rows in one parcel, each a dictionary with C(id), C(control), C(kind), C(desired), C(compare) and the fields
        of its kind.
    type: str
    required: true
  run:
    description:
      - Id of the run, under which the device keeps what was before each write.
      - M(commune.baseline.linux_rollback) takes it.
    type: str
    required: true
  revert_after:
    description:
      - Seconds after which the device takes back by itself what rows with C(connectivity) wrote, unless
        M(commune.baseline.linux_confirm) comes first.
    type: int
    default: 60
"""

EXAMPLES = r"""
- name: What calls this module
  commune.baseline.policy:
    roles: [session_lock]
"""

RETURN = r"""
armed:
  description: Whether something was written that the device takes back by itself unless it is confirmed.
  type: bool
  returned: success
  sample: false
taken_back:
  description: Earlier runs whose unconfirmed changes were taken back before this one began.
  type: list
  elements: str
  returned: success
  sample: []
observations:
  description: What each row showed, in the order in which the kinds ran.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The row's id.
      type: str
      sample: LNX-SHELL-TMOUT
    control:
      description: The control that the row serves.
      type: str
      sample: AC-08
    kind:
      description: The row's kind.
      type: str
      sample: option
    state:
      description: V(pass), V(fail) or V(not_assessed), as it is when the module ends.
      type: str
      sample: pass
    desired:
      description: The value wanted.
      type: raw
      sample: 600
    before:
      description: The value found, V(null) if there was none.
      type: raw
      sample: "0"
    after:
      description: The value when the module ended; in check mode the value found.
      type: raw
      sample: "600"
    where:
      description: The place that decides the value.
      type: str
      sample: /etc/profile.d/zz-commune-baseline.sh:2
    reason:
      description: Why the row could not be read or corrected, else V(null).
      type: str
      sample: "cannot read /etc/profile: Permission denied"
    changed:
      description: Whether the module wrote.
      type: bool
      sample: true
    would_change:
      description: Whether the module would have written, had it not been in check mode.
      type: bool
      sample: false
"""

import sys

# From its standard input, Python would look for what is imported below in the current folder first: not as root.
sys.path[:] = [folder for folder in sys.path if folder not in ("", ".")]

import base64
import importlib.abc
import importlib.machinery
import importlib.util
import json
import syslog
import typing as t
import zlib

# Ansible puts the arguments here, as JSON, before it sends this file and nothing else: see "JSONARGS modules" in its
# developer guide. AnsibleModule and what comes with it would be two thirds of what is sent, and a third of the time.
_ARGUMENTS = r"""<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>"""
_SESSION = "ansible_collections.commune.baseline.plugins.module_utils._policy.session"
_REQUIRED = ("engine", "rows", "run")
_REVERT_SECONDS = 60


class _Sources(importlib.abc.MetaPathFinder, importlib.abc.ExecutionLoader):
    """Finds and loads modules whose sources are held in memory; each is compiled when it is first used."""

    def __init__(self, sources: t.Mapping[str, str]) -> None:
        self._sources = sources
        names = [name.split(".") for name in sources]
        self._packages = {".".join(name[:depth]) for name in names for depth in range(1, len(name))}

    def find_spec(
        self, fullname: str, path: t.Any = None, target: t.Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self._sources and not self.is_package(fullname):
            return None
        lazy = importlib.util.LazyLoader(self)
        return importlib.util.spec_from_loader(fullname, lazy, is_package=self.is_package(fullname))

    def is_package(self, fullname: str) -> bool:
        return fullname in self._packages

    def get_filename(self, fullname: str) -> str:
        return f"{fullname}.py"  # as tracebacks name it

    def get_source(self, fullname: str) -> str:
        return self._sources.get(fullname, "")


def make_importable(sources: t.Mapping[str, str]) -> None:
    """Let modules be imported from their sources, by full name, from now on."""
    sys.meta_path.insert(0, _Sources(sources))


def unwrap(parcel: str) -> t.Any:
    """Return what the controller wrapped; raise ValueError if this is no parcel."""
    try:
        return json.loads(zlib.decompress(base64.b64decode(parcel)))
    except zlib.error as error:
        raise ValueError(str(error)) from error


def main(arguments: str = _ARGUMENTS) -> None:
    if not arguments.startswith("{"):
        raise SystemExit("this is a module of Ansible, which alone can run it: it writes the arguments into it")
    print(json.dumps(_result(json.loads(arguments))))


def _result(given: dict[str, t.Any]) -> dict[str, t.Any]:
    missing = [name for name in _REQUIRED if name not in given]
    if missing:
        return {"failed": True, "msg": f"{missing[0]} is missing; commune.baseline.policy calls this module with it"}
    called = {"run": given["run"], "revert_after": given.get("revert_after", _REVERT_SECONDS)}
    _log(called)
    make_importable(unwrap(given["engine"]))
    session = importlib.import_module(_SESSION)
    modes = {"check_mode": given["_ansible_check_mode"], "diff": given["_ansible_diff"]}
    try:
        result = session.carry_out(unwrap(given["rows"]), **called, **modes)
    except session.CannotRunError as error:
        result = {"failed": True, "msg": str(error)}
    return {**result, "invocation": {"module_args": called}}


def _log(called: t.Mapping[str, t.Any]) -> None:
    """Leave in the device's log what every module of Ansible leaves there, but for parcels."""
    syslog.openlog("ansible-commune.baseline.linux_policy", 0, syslog.LOG_USER)  # Ansible puts its facility here
    syslog.syslog(f"Invoked with {' '.join(f'{name}={value}' for name, value in called.items())}")


if __name__ == "__main__":
    main()
