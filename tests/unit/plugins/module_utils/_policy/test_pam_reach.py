# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import pam_reach, pam_stack

DEBIAN = "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth required pam_permit.so\n"


@pytest.fixture(name="stack")
def fixture_stack(tmp_path, monkeypatch):
    monkeypatch.setattr(pam_stack, "FOLDERS", (str(tmp_path),))

    def write(text, **others):
        for name, content in {"login": text, **others}.items():
            (tmp_path / name).write_text(content)
        return pam_stack.steps(str(tmp_path / "login"), "auth")

    return write


def the(steps, module):
    return next(step for step in steps if step.line.runs(module))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("required", "required", True),
        ("required", "REQUIRED", True),
        ("required", "[success=ok new_authtok_reqd=ok ignore=ignore default=bad]", True),
        ("requisite", "[success=ok new_authtok_reqd=ok ignore=ignore default=die]", True),
        ("sufficient", "[success=done new_authtok_reqd=done default=ignore]", True),
        ("optional", "[success=ok new_authtok_reqd=ok default=ignore]", True),
        ("[default=die]", "[ default = die ]", True),
        ("[default=die success=ok]", "[success=ok default=die]", True),
        ("[success=ok]", "[success=ok default=bad]", True),
        ("required", "requisite", False),
        ("required", "optional", False),
        ("[success=1 default=ignore]", "[success=2 default=ignore]", False),
        ("[default=die]", "[default=bad]", False),
    ],
)
def test_control_flags_are_the_same_if_they_do_the_same(one, other, same):
    assert pam_reach.is_same(one, other) is same


@pytest.mark.parametrize(
    ("text", "grants"),
    [
        ("auth required a.so\n", True),
        ("auth sufficient a.so\n", True),
        ("auth optional a.so\n", True),
        ("", False),
        ("auth [default=ignore] a.so\n", False),
        ("auth required a.so\nauth required pam_deny.so\n", False),
        ("auth requisite pam_deny.so\nauth sufficient a.so\n", False),
        ("auth sufficient a.so\nauth required pam_deny.so\n", True),
        ("auth required pam_deny.so\nauth sufficient a.so\n", False),
        (DEBIAN, True),
        (DEBIAN.replace("success=1", "success=2"), False),
        (DEBIAN.replace("success=1", "success=3"), False),
        (DEBIAN.replace("success=1", "success=0"), False),
        ("auth required pam_deny.so\nauth [default=reset] a.so\nauth required pam_permit.so\n", True),
    ],
)
def test_a_stack_can_grant_access_or_not(stack, text, grants):
    assert pam_reach.can_grant(stack(text)) is grants


@pytest.mark.parametrize(
    ("text", "reached"),
    [
        ("auth required x.so\n", True),
        ("auth requisite pam_deny.so\nauth required x.so\n", False),
        ("auth required pam_deny.so\nauth required x.so\n", True),
        ("auth sufficient pam_permit.so\nauth required x.so\n", False),
        ("auth sufficient a.so\nauth required x.so\n", True),
        ("auth requisite a.so\nauth required x.so\n", True),
        ("auth [default=1] a.so\nauth required x.so\nauth required b.so\n", False),
        ("auth [success=1 default=1] a.so\nauth required x.so\nauth required b.so\n", False),
        ("auth [default=1 success=ignore] a.so\nauth required x.so\nauth required b.so\n", True),
    ],
)
def test_a_module_is_reached_or_not(stack, text, reached):
    steps = stack(text)
    assert pam_reach.reaches(steps, the(steps, "x.so")) is reached


@pytest.mark.parametrize(
    ("text", "bypassed"),
    [
        ("auth required x.so\nauth required a.so\n", False),
        ("auth required a.so\nauth required x.so\n", False),
        ("auth sufficient a.so\nauth required x.so\n", True),
        ("auth sufficient pam_rootok.so\nauth required x.so\n", False),
        ("auth sufficient a.so\nauth sufficient x.so\n", False),
        ("auth sufficient a.so\nauth [success=1 default=ignore] x.so\nauth requisite b.so\n", False),
        ("auth required pam_deny.so\nauth sufficient a.so\nauth required x.so\n", False),
        (f"auth required x.so\n{DEBIAN}", False),
        (f"{DEBIAN}auth required x.so\n", False),
        (DEBIAN.replace("=1", "=2").replace("auth requisite", "auth required x.so\nauth requisite"), True),
        (DEBIAN.replace("auth required pam_permit", "auth required x.so\nauth required pam_permit"), False),
    ],
)
def test_access_is_granted_without_a_module_or_not(stack, text, bypassed):
    steps = stack(text)
    assert pam_reach.is_bypassed(steps, the(steps, "x.so")) is bypassed


def test_what_always_refuses_is_bypassed_by_nature(stack):
    steps = stack("auth sufficient a.so\nauth required pam_deny.so\n")
    assert not pam_reach.is_bypassed(steps, the(steps, "pam_deny.so"))


def test_what_ends_a_substack_does_not_end_the_stack(stack):
    steps = stack("auth substack sub\nauth required x.so\n", sub="auth sufficient a.so\nauth required b.so\n")
    assert not pam_reach.is_bypassed(steps, the(steps, "x.so"))


def test_what_ends_an_included_file_ends_the_stack(stack):
    steps = stack("auth include sub\nauth required x.so\n", sub="auth sufficient a.so\nauth required b.so\n")
    assert pam_reach.is_bypassed(steps, the(steps, "x.so"))


def test_what_dies_in_a_substack_stays_bad_and_goes_on(stack):
    steps = stack("auth substack sub\nauth required x.so\n", sub="auth requisite pam_deny.so\nauth required b.so\n")
    assert not pam_reach.can_grant(steps)
    assert pam_reach.reaches(steps, the(steps, "x.so"))
    assert not pam_reach.reaches(steps, the(steps, "b.so"))


@pytest.mark.parametrize(("count", "reached"), [(1, ["c.so", "d.so"]), (2, ["d.so"])])
def test_a_jump_counts_a_substack_once(stack, count, reached):
    text = f"auth [default={count} success={count}] a.so\nauth substack sub\nauth required c.so\nauth required d.so\n"
    steps = stack(text, sub="auth required s.so\nauth required t.so\n")
    assert [name for name in ("s.so", "t.so", "c.so", "d.so") if pam_reach.reaches(steps, the(steps, name))] == reached


def test_a_jump_counts_every_line_of_an_included_file(stack):
    steps = stack("auth [default=1 success=1] a.so\n@include sub\n", sub="auth required s.so\nauth required t.so\n")
    assert not pam_reach.reaches(steps, the(steps, "s.so"))
    assert pam_reach.reaches(steps, the(steps, "t.so"))


def test_a_jump_out_of_a_substack_is_a_fault(stack):
    text = "auth substack sub\nauth required pam_permit.so\n"
    assert pam_reach.can_grant(stack(text, sub="auth [default=1 success=1] a.so\nauth required b.so\n"))
    assert not pam_reach.can_grant(stack(text, sub="auth [default=2 success=2] a.so\nauth required b.so\n"))


@pytest.mark.parametrize(
    ("text", "grants"),
    [
        ("auth sufficient a.so\nauth sufficient x.so\nauth required pam_deny.so\n", True),
        ("auth sufficient a.so\nauth [default=die] b.so\nauth sufficient x.so\n", False),
        ("auth required pam_deny.so\nauth sufficient x.so\n", False),
        ("auth [success=1 default=ignore] x.so\nauth requisite pam_deny.so\nauth required pam_permit.so\n", True),
        ("auth [success=1 default=die] pam_localuser.so\nauth requisite pam_deny.so\nauth sufficient x.so\n", True),
        ("auth [success=ok default=die] pam_faillock.so authfail\nauth sufficient x.so\n", False),
        ("auth required pam_faillock.so authfail\nauth sufficient x.so\n", True),
        ("auth [default=die] x.so\nauth sufficient a.so\n", False),
    ],
)
def test_a_module_can_grant_or_not(stack, text, grants):
    steps = stack(text)
    assert pam_reach.grants(steps, the(steps, "x.so")) is grants


@pytest.mark.parametrize(
    ("text", "barred"),
    [
        ("auth sufficient a.so\nauth [default=die] x.so\nauth sufficient b.so\n", "b.so"),
        ("auth sufficient a.so\nauth required x.so\nauth sufficient b.so\n", None),
        ("auth sufficient a.so\nauth [default=die] x.so\nauth required pam_deny.so\n", None),
        ("auth [success=1 default=die] x.so\nauth sufficient b.so\nauth required pam_permit.so\n", None),
        ("auth [success=done default=die] x.so\nauth sufficient b.so\n", None),
    ],
)
def test_a_module_bars_another_or_not(stack, text, barred):
    steps = stack(text)
    found = pam_reach.barred_by(steps, the(steps, "x.so"))
    assert (found.line.module if found else None) == barred


def test_what_always_refuses_bars_by_nature(stack):
    steps = stack("auth requisite pam_deny.so\nauth sufficient a.so\n")
    assert pam_reach.barred_by(steps, the(steps, "pam_deny.so")) is None
