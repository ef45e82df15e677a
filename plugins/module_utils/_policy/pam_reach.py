# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Where a PAM stack can go: which of its modules are reached, and whether access can be granted without one of them."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._policy.pam_stack import Step


class Unit(t.NamedTuple):
    """What a jump counts as one: the file and number of its line, and its place in the stack."""

    name: tuple[str, int]
    place: int


# pam.conf(5): what the words stand for, as far as it concerns success and failure.
_WORDS = {
    "required": {"success": "ok", "ignore": "ignore", "default": "bad"},
    "requisite": {"success": "ok", "ignore": "ignore", "default": "die"},
    "sufficient": {"success": "done", "default": "ignore"},
    "optional": {"success": "ok", "default": "ignore"},
}
_NEW_TOKEN = {"required": "ok", "requisite": "ok", "sufficient": "done", "optional": "ok"}
_ONLY_SUCCEEDS, _ONLY_FAILS, _COUNTS = "pam_permit.so", "pam_deny.so", "pam_faillock.so"
# These tell who somebody is, so that the lines after them are for others; they prove nothing.
_CONDITIONS = ("pam_rootok.so", "pam_succeed_if.so", "pam_usertype.so", "pam_localuser.so", "pam_listfile.so")

_State = tuple[int, t.Optional[bool], bool]
_Outcomes = t.Callable[[Step], list[str]]


def actions(control: str) -> dict[str, str]:
    """Return the actions of a control flag by what the module returns; ``required`` means the same as its bracket."""
    word = control.lower()
    if word in _WORDS:
        return {**_WORDS[word], "new_authtok_reqd": _NEW_TOKEN[word]}
    pairs = re.findall(r"(\w+)\s*=\s*(\w+)", control.lower())
    return dict(pairs)


def is_same(one: str, other: str) -> bool:
    """Tell whether two control flags do the same, however they are written."""
    first, second = actions(one), actions(other)
    results = (first.keys() | second.keys()) - {"default"}
    return all(_action(first, result) == _action(second, result) for result in (*results, "default"))


def _action(of: t.Mapping[str, str], result: str) -> str:
    """What is named nowhere is bad, pam.conf(5)."""
    return of.get(result, of.get("default", "bad"))


def can_grant(steps: t.Sequence[Step]) -> bool:
    """Tell whether any way through the stack ends in success."""
    return any(granted for granted, _met in _ends(steps, None))


def reaches(steps: t.Sequence[Step], step: Step) -> bool:
    """Tell whether any way through the stack comes by a step."""
    return any(met for _granted, met in _ends(steps, step))


def is_bypassed(steps: t.Sequence[Step], step: Step) -> bool:
    """Tell whether access can be granted on a way that does not come by a step.

    One of several ways in, which ends the stack or jumps on when it succeeds, bars none of the others.
    """
    if is_way_in(step) or step.line.runs(_ONLY_FAILS):
        return False
    return any(granted and not met for granted, met in _ends(steps, step))


def grants(steps: t.Sequence[Step], step: Step, *, without: Step | None = None) -> bool:
    """Tell whether the success of a step is part of any way to access, be it without what another one does."""

    def outcomes(one: Step) -> list[str]:
        if one is without:
            return ["ignore"]
        return _outcomes(one)[:1] if one is step else _outcomes(one)

    return any(granted and met for granted, met in _ends(steps, step, outcomes))


def barred_by(steps: t.Sequence[Step], step: Step) -> Step | None:
    """Return a step that could grant access if this one did not end the stack before it.

    One of several ways in may do so, and what always refuses is there for it.
    """
    if is_way_in(step) or step.line.runs(_ONLY_FAILS):
        return None
    others = (one for one in steps[steps.index(step) + 1 :] if not grants(steps, one))
    return next((one for one in others if grants(steps, one, without=step)), None)


def is_way_in(step: Step) -> bool:
    """Tell whether the success of a step ends the stack or jumps on."""
    on_success = _action(actions(step.line.control.text), "success")
    return on_success == "done" or on_success.isdecimal()


def _possible(step: Step) -> list[str]:
    """Return the actions that a module can lead to for whom its conditions, if it only asks for those, do not mean."""
    return _outcomes(step)[-1:] if any(map(step.line.runs, _CONDITIONS)) else _outcomes(step)


def _outcomes(step: Step) -> list[str]:
    """Return the actions that a module can lead to: as it succeeds, and as it fails."""
    of = actions(step.line.control.text)
    good, bad = _action(of, "success"), _action(of, "auth_err")
    if step.line.runs(_ONLY_SUCCEEDS):
        return [good]
    if step.line.runs(_ONLY_FAILS):
        return [bad]
    # It counts a failure and wants to be ignored, pam_faillock(8), unless the account is locked by now.
    if step.line.runs(_COUNTS) and step.line.argument("authfail") is not None:
        return [_action(of, "ignore"), bad]
    return [good, bad]


def _ends(steps: t.Sequence[Step], watched: Step | None, outcomes: _Outcomes = _possible) -> set[tuple[bool, bool]]:
    """Return how the ways through the stack can end: with success or not, having met the watched step or not."""
    ends, seen = set(), set()
    waiting: list[_State] = [(0, None, False)]
    while waiting:
        state = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        place, verdict, met = state
        if place >= len(steps):
            ends.add((verdict is True, met))
            continue
        met = met or steps[place] is watched
        waiting += [(*_next(steps, place, verdict, action), met) for action in outcomes(steps[place])]
    return ends


def _next(steps: t.Sequence[Step], place: int, verdict: bool | None, action: str) -> tuple[int, bool | None]:
    """Return where libpam goes on, and its verdict by then; a verdict that is bad stays so."""
    if action.isdecimal():
        after = units(steps, place)
        if int(action) > len(after):
            return _end_of_frame(steps, place), False
        return (after[int(action)].place if int(action) < len(after) else _end_of_frame(steps, place)), verdict
    if action in ("ok", "done") and verdict is not False:
        verdict = True
    if action in ("bad", "die"):
        verdict = False
    if action == "reset":
        verdict = None
    if action == "die" or (action == "done" and verdict is True):
        return _end_of_frame(steps, place), verdict
    return place + 1, verdict


def units(steps: t.Sequence[Step], place: int) -> list[Unit]:
    """Return what a jump from a step counts: the steps after it in the same substack; a deeper substack counts once."""
    frame = steps[place].frame
    found: list[Unit] = []
    for number in range(place + 1, _end_of_frame(steps, place)):
        line, inner = steps[number].line, steps[number].frame[len(frame) :]
        name = inner[0] if inner else (line.path, line.number)
        if not inner or not found or found[-1].name != name:
            found.append(Unit(name, number))
    return found


def _end_of_frame(steps: t.Sequence[Step], place: int) -> int:
    """Return the place after the substack that a step stands in, or after the whole stack."""
    frame = steps[place].frame
    if not frame:
        return len(steps)
    inside = [number for number in range(place, len(steps)) if steps[number].frame[: len(frame)] == frame]
    return inside[-1] + 1
