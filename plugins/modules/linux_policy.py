#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

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

import os
import sys

# Python looks first in the folder of this file, or in the current one where it reads this from a pipe: not as root.
# Nothing that is not loaded yet, and so not even __future__, may be imported above.
if sys.path[0] in ("", os.path.dirname(globals().get("__file__", ""))):
    del sys.path[0]

import base64
import importlib.util
import json
import syslog
import traceback
import typing as t
import zlib

# Ansible puts the arguments here, as JSON, before it sends this file and nothing else: see "JSONARGS modules" in its
# developer guide. AnsibleModule and what comes with it would be two thirds of what is sent, and a third of the time.
_ARGUMENTS = r"""<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>"""
_SESSION = "ansible_collections.commune.baseline.plugins.module_utils._policy.session"
_REQUIRED = ("engine", "rows", "run")
_REVERT_SECONDS = 60
_FOR_POLICY = "only commune.baseline.policy can call this module: it brings the engine along"


class _Sources:
    """Finds and loads modules whose sources are held in memory.

    Compiling is most of what an import costs; ``lazily``, each is compiled when something of it is first used. Python's
    base classes for this, in importlib.abc, would bring a dozen modules more.
    """

    def __init__(self, sources: t.Mapping[str, str], *, lazily: bool) -> None:
        self._sources = sources
        self._lazily = lazily
        names = [name.split(".") for name in sources]
        self._packages = {".".join(name[:depth]) for name in names for depth in range(1, len(name))}

    def find_spec(self, fullname: str, path: t.Any = None, target: t.Any = None) -> t.Any:
        if fullname not in self._sources and not self.is_package(fullname):
            return None
        loader: t.Any = self
        if self._lazily:
            loader = importlib.util.LazyLoader(loader)
        return importlib.util.spec_from_loader(fullname, loader, is_package=self.is_package(fullname))

    def create_module(self, spec: t.Any) -> None:
        """Leave it to Python to make the module."""

    def exec_module(self, module: t.Any) -> None:
        name = module.__spec__.name
        exec(compile(self.get_source(name), f"{name}.py", "exec"), module.__dict__)  # noqa: S102 - our own sources

    def is_package(self, fullname: str) -> bool:
        return fullname in self._packages

    def get_source(self, fullname: str) -> str:
        """Return the source of a module, for its lines in tracebacks too."""
        return self._sources.get(fullname, "")


def make_importable(sources: t.Mapping[str, str], *, lazily: bool = False) -> None:
    """Let modules be imported from their sources, by full name, from now on."""
    sys.meta_path.insert(0, _Sources(sources, lazily=lazily))


def unwrap(parcel: str) -> t.Any:
    """Return what the controller wrapped; raise ValueError if this is no parcel."""
    try:
        return json.loads(zlib.decompress(base64.b64decode(parcel)))
    except zlib.error as error:
        raise ValueError(str(error)) from error


def main(arguments: str = _ARGUMENTS) -> None:
    if not arguments.startswith("{"):
        raise SystemExit(_FOR_POLICY)
    try:
        result = _result(json.loads(arguments))
    except Exception as error:  # Ansible shows it as that of any module; without this, it would tell of broken JSON
        told = f"{type(error).__name__}: {error}"
        result = {"failed": True, "msg": told, "exception": traceback.format_exc()}
    sys.stdout.write(json.dumps(result))


def _result(given: dict[str, t.Any]) -> dict[str, t.Any]:
    if any(name not in given for name in _REQUIRED):
        return {"failed": True, "msg": _FOR_POLICY}
    called = {"run": given["run"], "revert_after": given.get("revert_after", _REVERT_SECONDS)}
    _log(called)
    modes = {"check_mode": given["_ansible_check_mode"], "diff": given["_ansible_diff"]}
    # A check has no use for much of what writes. A run that writes keeps a copy of all that is imported: see revert.py.
    make_importable(unwrap(given["engine"]), lazily=modes["check_mode"])
    session = importlib.import_module(_SESSION)
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
