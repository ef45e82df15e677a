# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``ssh_access``: who may come in over ssh, from where, and by which proofs; read from sshd's own answer.

Fields of a row: ``path`` (a file of sshd_config.d that is ours alone) and ``attribute``:

- ``sources``: the networks from which logins are accepted, as AllowUsers ``*@network``.
- ``groups``: the groups whose members may log in, as AllowGroups; an empty list restricts nothing.
- ``methods``: the proofs that a login has to give, AuthenticationMethods; what PAM asks for is then switched on. The
  account that we come in as keeps coming in by its
  key alone, in a Match block.

Nothing is written by which we could not come in again, nor beside lines of somebody else, which would add up with ours
and let more people in than before. A Match block that decides otherwise is told and left to a person. Whatever else
stands in our own file was not written by us, and goes.
"""

from __future__ import annotations

import dataclasses
import glob
import grp
import ipaddress
import os
import pwd
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import custody, login
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import inclusion, sshd
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import sshd as sshd_probe
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import (
    HEADER,
    FileState,
    capture,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

_KEYS = {"sources": "AllowUsers", "groups": "AllowGroups", "methods": "AuthenticationMethods"}
_TWO_PROOFS = ("publickey,password", "publickey,keyboard-interactive")
_PROOFS = {"publickey": "PubkeyAuthentication", "password": "PasswordAuthentication"}
FIELDS: t.Mapping[str, t.Any] = {"path": "absolute path", "attribute": tuple(_KEYS)}
REQUIRED = frozenset({"path", "attribute"})
COMPARISONS: t.Sequence[str] = ("==",)
SSHD_CONFIG = "/etc/ssh/sshd_config"


def fault_of_desired(row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with the value that a site wants, None if it can be written."""
    if row["attribute"] == "methods":
        return None if desired in _TWO_PROOFS else f"it is none of {' and '.join(_TWO_PROOFS)}"
    if row["attribute"] == "groups":
        wrong = [name for name in desired if not re.fullmatch(r"[a-z_][\w-]*\$?", str(name), re.ASCII)]
        return f"{wrong[0]!r} is no name of a group" if wrong else None
    if not desired:
        return "it names no network, so that nobody could log in"
    for network in desired:
        try:
            is_every = ipaddress.ip_network(network).prefixlen == 0
        except (ValueError, TypeError) as error:
            return f"{network!r} is no network such as 192.0.2.0/24: {error}"
        if is_every:
            return f"{network!r} is every network, so that logins would not be restricted"
    return None


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell what sshd would go by, from one question for all rows."""
    answers = sshd_probe.read_keys([_KEYS[row["attribute"]] for row in rows]) if rows else {}
    try:
        files = _files()
        return {row["id"]: _read(row, answers[_KEYS[row["attribute"]]], files) for row in rows}
    except OSError as error:
        return {row["id"]: Reading(unreadable=f"cannot read what sshd reads: {error.strerror}") for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    if row["attribute"] == "methods":
        return bool(reading.value == row["desired"])
    given = [_source(one) if row["attribute"] == "sources" else one for one in reading.value or []]
    wanted = [_canonical(one) if row["attribute"] == "sources" else one for one in row["desired"]]
    return set(given) == set(wanted)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Write the file of every row, unless we could not come in again."""
    return {row["id"]: _write(row, readings[row["id"]], writer) for row in rows}


def _read(row: Row, answer: Reading, files: list[tuple[str, str]]) -> Reading:
    key = _KEYS[row["attribute"]]
    if answer.inapplicable or answer.unreadable:
        return answer
    if row["attribute"] == "groups" and not row["desired"]:
        return Reading(inapplicable="no group is listed, so that logins are not restricted by one")
    others = [one for one in sshd.exceptions(files, key) if not one[1].startswith(f"{row['path']}:")]
    weakness = f"{others[0][1]} makes an exception: {key} is {others[0][0]}" if others else None
    value = answer.value if row["attribute"] == "methods" else list(filter(None, (answer.value or "").split(",")))
    reading = Reading(value or None, where=sshd.read(files, key).where, weakness=weakness)
    if weakness is not None or not compare(row, reading):
        return reading
    return dataclasses.replace(reading, weakness=_fault_of_own_file(row, login.account()))


def _fault_of_own_file(row: Row, account: str | None) -> str | None:
    """Return why our own file must be written anew though sshd goes by what is desired; raises OSError."""
    path = row["path"]
    state = capture(path)
    if state is not None and state.text != _content(row, account):
        return f"{path} is ours alone, and holds something else than we write"
    return custody.why_in_other_hands(path)


def _files() -> list[tuple[str, str]]:
    """Return path and text of all files that sshd reads; raises OSError."""

    def text(path: str) -> str | None:
        state = capture(path)
        return state.text if state else None

    return inclusion.reachable([SSHD_CONFIG], sshd.includes, lambda pattern: sorted(glob.glob(pattern)), text)


def _write(row: Row, reading: Reading, writer: Writer) -> Write:
    try:
        if compare(row, reading) and _fault_of_own_file(row, writer.account) is None:
            return Write()  # only an exception stands in the way
        refusal = _refusal(row, writer.account)
        if refusal is not None:
            return Write(error=refusal)
        old = capture(row["path"])
        new = FileState(_content(row, writer.account).encode())
        return Write(changes=writer.put("file", row["path"], old=old, new=new))
    except OSError as error:
        return Write(error=f"cannot write {row['path']}: {error.strerror}")


def _content(row: Row, account: str | None) -> str:
    return f"{HEADER}\n{_lines(row, account)}"


def _lines(row: Row, account: str | None) -> str:
    if row["attribute"] == "sources":
        return f"AllowUsers {' '.join(f'*@{_canonical(one)}' for one in row['desired'])}\n"
    if row["attribute"] == "groups":
        return f"AllowGroups {' '.join(row['desired'])}\n"
    asks = "KbdInteractiveAuthentication yes\n" if "keyboard-interactive" in row["desired"].split(",") else ""
    exempted = (account or "root") if login.address() else _exempted(row["path"])
    ours = f"Match User {exempted}\n\tAuthenticationMethods publickey\n" if exempted else ""
    return f"AuthenticationMethods {row['desired']}\n{asks}{ours}"


def _exempted(path: str) -> str | None:
    """Return the account that our own file exempts: a run on the device itself leaves others their way in."""
    state = capture(path)
    found = re.search(r"^Match User ([a-z_][\w-]*)$", state.text if state else "", re.ASCII | re.MULTILINE)
    return found[1] if found else None


def _refusal(row: Row, account: str | None) -> str | None:
    """Return why a row must not be written now; raises OSError."""
    key = _KEYS[row["attribute"]]
    others = [file for file in _files() if file[0] != row["path"]]
    found = [one for one in _lines_of(others, key) if row["attribute"] != "methods"]
    if found:
        return f"{found[0]} has a line {key} too, and both would add up: bring them together by hand"
    return {"sources": _refusal_of_sources, "groups": _refusal_of_groups, "methods": _refusal_of_methods}[
        row["attribute"]
    ](row["desired"], account or "root")


def _lines_of(files: list[tuple[str, str]], key: str) -> t.Iterator[str]:
    for file in files:
        where = sshd.read([file], key).where
        if where is not None:
            yield where


def _refusal_of_sources(networks: t.Sequence[str], _account: str) -> str | None:
    address = login.address()
    if address is None or any(ipaddress.ip_address(address) in ipaddress.ip_network(one) for one in networks):
        return None
    return f"we came in from {address}, which is in none of {', '.join(networks)}: add its network"


def _refusal_of_groups(groups: t.Sequence[str], account: str) -> str | None:
    known = {one.gr_name: one.gr_gid for one in grp.getgrall()}
    missing = [name for name in groups if name not in known]
    if missing:
        return f"there is no group {', '.join(missing)}"
    ours = os.getgrouplist(account, pwd.getpwnam(account).pw_gid)
    if login.address() is not None and not any(known[name] in ours for name in groups):
        return f"{account} is in none of {', '.join(groups)}, and we came in by it"
    return None


def _refusal_of_methods(methods: str, account: str) -> str | None:
    if account == "root" and login.address() is not None:  # the exemption is for whom we come in as
        return login.AS_ROOT
    keys = [_PROOFS[proof] for proof in methods.split(",") if proof in _PROOFS]
    refused = [key for key, answer in sshd_probe.read_keys(keys).items() if answer.value != "yes"]
    return f"nobody could log in: {', '.join(refused)} is not yes" if refused else None


def _source(pattern: str) -> str:
    """Return the host of an AllowUsers pattern, ``*`` if it has none."""
    return _canonical(pattern.rpartition("@")[2]) if "@" in pattern else "*"


def _canonical(network: str) -> str:
    try:
        return str(ipaddress.ip_network(network))
    except ValueError:
        return network
