# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``package``: a package of Debian is installed, or not.

Field of a row: ``package``, with an architecture where that matters (``libc6:i386``); the value is ``installed``. Of a
package that was removed configuration files may remain; it counts as absent. What is wanted is asked of apt first, and
refused if that would remove anything that the package does not need, or that the device needs. Recommended packages are
not installed. The lists of packages are refreshed only if something cannot be installed by those that are there, and
never in check mode.
"""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import apt, dpkg, pam_stack
from ansible_collections.commune.baseline.plugins.module_utils._policy import compare as _compare
from ansible_collections.commune.baseline.plugins.module_utils._policy.dpkg import Package
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import packages
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

FIELDS: t.Mapping[str, t.Any] = {"package": "text"}
REQUIRED = frozenset({"package"})
COMPARISONS: t.Sequence[str] = ("==", "absent")


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell of every package whether it is there, from one reading of dpkg's status."""
    try:
        known = dpkg.packages()
    except OSError as error:
        return {row["id"]: Reading(unreadable=str(error.strerror)) for row in rows}
    there = [one for one in known if one.state not in ("config-files", "not-installed")]
    return {row["id"]: _read(row["package"], there) for row in rows}


def compare(row: Row, reading: Reading) -> bool:
    return _compare.meets(row, reading.value)


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Remove and install what the rows want, each of both at once if that can be done, else row by row."""
    writes: dict[str, Write] = {}
    for action in ("remove", "install"):
        of_action = [row for row in rows if (row.get("compare") == "absent") == (action == "remove")]
        if of_action:
            writes.update(_bring(action, of_action, writer))
    return writes


def _read(name: str, there: list[Package]) -> Reading:
    own = [one for one in there if one.is_called(name)]
    if own:
        return Reading(own[0].state, where=f"{own[0].full_name} {own[0].version}")
    providing = [one.full_name for one in there if name in one.provides and one.is_installed]
    return Reading("installed", where=f"provided by {', '.join(providing)}") if providing else Reading()


def _bring(action: str, rows: list[Row], writer: Writer) -> dict[str, Write]:
    try:
        changes = _transact(action, list(dict.fromkeys(row["package"] for row in rows)), writer)
        return {row["id"]: Write(changes=changes) for row in rows}
    except OSError as error:
        if len(rows) > 1:
            return {id_: write for row in rows for id_, write in _bring(action, [row], writer).items()}
        name, reason = rows[0]["package"], error.strerror
        sentence = f"cannot remove {name}: {reason}" if action == "remove" else f"cannot install {name}: {reason}"
        return {rows[0]["id"]: Write(error=sentence)}


def _transact(action: str, names: list[str], writer: Writer) -> bool:
    """Do for some packages what apt would do, as one thing; return whether that changes anything."""
    fault = dpkg.why_not_ready()
    if fault is not None:
        raise OSError(0, fault)
    if action == "remove":
        _refuse_needed(one for one in dpkg.packages() if any(map(one.is_called, names)))
    plan = _plan(action, names, writer)
    new: dict[str, t.Any] = _after_removal(names, plan) if action == "remove" else _after_installation(names, plan)
    thing = " ".join(sorted(new))
    old = packages.capture(thing)
    return writer.put("packages", thing, old=old, new=new)


def _plan(action: str, names: list[str], writer: Writer) -> apt.Plan:
    """Ask apt, and fetch what it needs before anything is written down: a mirror may be out of reach."""
    if action == "remove" or writer.check_mode:
        return apt.plan(action, names)
    try:
        plan = apt.plan(action, names)
        apt.download(names)
    except OSError as old_lists:
        try:
            apt.refresh()
        except OSError as error:
            raise OSError(0, "; ".join(dict.fromkeys(str(one.strerror) for one in (old_lists, error)))) from error
        plan = apt.plan(action, names)
        apt.download(names)
    return plan


def _after_installation(names: list[str], plan: apt.Plan) -> dict[str, dict[str, str]]:
    """Return the state of what apt would install; what nobody named is there for the others."""
    if plan.removed:
        raise OSError(0, f"apt would remove {', '.join(plan.removed)} for it")
    named = {name for full_name in plan.new for name in (full_name, full_name.partition(":")[0]) if name in names}
    return {
        one: {"version": version, "mark": "manual" if {one, one.partition(":")[0]} & named else "auto"}
        for one, version in plan.new.items()
    }


def _after_removal(names: list[str], plan: apt.Plan) -> dict[str, str]:
    """Return the state of what apt would remove; refuse what is needed."""
    installed = [one for one in dpkg.packages() if one.is_installed]
    going = [one for one in installed if any(map(one.is_called, plan.removed))]
    _refuse_needed(going)
    expected = dpkg.in_need_of({one.name for one in installed if any(map(one.is_called, names))}, installed)
    strangers = [*plan.new, *(one.name for one in going if one.name not in expected)]
    if strangers:
        raise OSError(0, f"apt would also change {', '.join(strangers)}")
    return {one.full_name: packages.REMOVED for one in going}


def _refuse_needed(going: t.Iterable[Package]) -> None:
    """Raise OSError that says which of some packages the device needs."""
    going = list(going)
    blocked = [reason for reason in map(dpkg.reason_to_keep, going) if reason]
    # A required module without its file refuses everybody, pam.conf(5).
    brought = {f"/{file}" for file in pam_stack.modules_in_use()}
    for one in going:
        blocked += [f"PAM uses {file} of {one.name}" for file in dpkg.files(one) if file.endswith(tuple(brought))]
    if blocked:
        raise OSError(0, "; ".join(blocked))
