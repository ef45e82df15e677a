# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Proving over a new connection that a device can still be reached after a change that could have cut it off."""

from __future__ import annotations

import time
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.plugins.loader import connection_loader

Execute = t.Callable[[], t.Mapping[str, t.Any]]

_PAUSE_SECONDS = 1.0
GRACE_SECONDS = 60.0
# The first value that ssh is given counts: no shared connection, whatever the inventory says of sharing.
_NOT_SHARED = "-o ControlMaster=no -o ControlPath=none"
# Two of these share nothing; to reset one is to connect it again, which would fail just when it matters.
ALONE = ("psrp", "winrm")


def new_connection(old: t.Any, play_context: t.Any) -> t.Any:
    """Return a connection with the settings of another one, which has to log in by itself."""
    connection = connection_loader.get(old._load_name, play_context, shell=old._shell)
    # What the plugin winrm hands on unread is no option that could be set by its name.
    connection.set_options(var_options={"_extras": old.get_option("_extras") if old.allow_extras else {}})
    for name, value in old.get_options().items():
        connection.set_option(name, value)
    if old.become is not None:
        connection.set_become_plugin(old.become)
    if "ssh_args" in old.get_options():
        connection.set_option("ssh_args", f"{_NOT_SHARED} {old.get_option('ssh_args') or ''}")
    elif old.transport not in ALONE:
        old.reset()
    return connection


def confirmed(confirm: Execute, within: float) -> bool:
    """Try to confirm until it succeeds, the device says that it is too late, or the time in seconds is over."""
    try:
        return bool(_until("confirmed", confirm, within)["confirmed"])
    except AnsibleConnectionFailure:
        return False


def observed_again(observe: Execute, key: str = "observations", within: float = GRACE_SECONDS) -> t.Mapping[str, t.Any]:
    """Ask the device what it shows once it has taken the change back; raise AnsibleConnectionFailure if it is gone."""
    return _until(key, observe, within)


def _until(key: str, ask: Execute, within: float) -> t.Mapping[str, t.Any]:
    """Ask until an answer holds what is wanted: a login may fail, and so may becoming root after it."""
    deadline = time.monotonic() + within
    while True:
        try:
            answer = ask()
            said = str(answer.get("msg", "no answer"))
        except AnsibleError as error:  # no connection, or no sudo
            answer, said = {}, str(error)
        if key in answer:
            return answer
        if time.monotonic() + _PAUSE_SECONDS >= deadline:
            raise AnsibleConnectionFailure(f"the device does not answer after a change that it takes back: {said}")
        time.sleep(_PAUSE_SECONDS)
