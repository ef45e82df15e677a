# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import pam_stack


@pytest.fixture(name="folder", autouse=True)
def fixture_folder(tmp_path, monkeypatch):
    for name in ("etc", "usr"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(pam_stack, "FOLDERS", (str(tmp_path / "etc"), str(tmp_path / "usr")))
    return tmp_path / "etc"


def words(text):
    return [[word.text for word in line.words] for line in pam_stack.lines_of("x", text)]


def modules(folder, service, kind="auth"):
    return [step.line.module for step in pam_stack.steps(str(folder / service), kind)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auth required pam_unix.so nullok\n", [["auth", "required", "pam_unix.so", "nullok"]]),
        ("  auth\trequired\t\tpam_unix.so", [["auth", "required", "pam_unix.so"]]),
        ("# auth required pam_deny.so\n\n \t\n", []),
        ("auth required pam_unix.so # nullok\n", [["auth", "required", "pam_unix.so"]]),
        ("auth required pam_unix.so nul#lok\n", [["auth", "required", "pam_unix.so", "nul"]]),
        ("auth [success=1 default=ignore] a.so\n", [["auth", "[success=1 default=ignore]", "a.so"]]),
        ("auth required a.so [x=a b\\]c] y\n", [["auth", "required", "a.so", "[x=a b\\]c]", "y"]]),
        ("auth \\\n required \\  \n a.so b\n", [["auth", "required", "a.so", "b"]]),
        ("auth required a.so \\", [["auth", "required", "a.so"]]),
        ("# auth \\\nauth required a.so\n", [["auth", "required", "a.so"]]),
        ("AUTH Required a.so\n", [["AUTH", "Required", "a.so"]]),
        ("-session optional a.so\n", [["-session", "optional", "a.so"]]),
        ("@include common-auth\n", [["@include", "common-auth"]]),
        ("auth required a.so\r\n", [["auth", "required", "a.so\r"]]),
        ("auth required\nnonsense required a.so\n@include\n", []),
    ],
)
def test_lines_are_read_as_libpam_reads_them(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("kind", ["auth", "-auth", "AUTH"])
def test_the_type_is_told_without_its_dress(kind):
    (line,) = pam_stack.lines_of("x", f"{kind} required a.so\n")
    assert line.type == "auth"


def test_every_word_is_where_it_says():
    text = "# one\nauth [a=b c=d] \\\n x.so y=1 # z\n@include other"
    for line in pam_stack.lines_of("x", text):
        assert [text[word.start : word.end] for word in line.words] == [word.text for word in line.words]


def test_lines_know_their_numbers_and_bounds():
    text = "# one\nauth required \\\n a.so\n\nauth required b.so"
    lines = pam_stack.lines_of("x", text)
    assert [(line.where, text[line.start : line.end]) for line in lines] == [
        ("x:2", "auth required \\\n a.so\n"),
        ("x:5", "auth required b.so"),
    ]


@pytest.mark.parametrize(
    ("written", "asked", "runs"),
    [
        ("pam_unix.so", "pam_unix.so", True),
        ("/lib/security/pam_unix.so", "pam_unix.so", True),
        ("pam_unix.so", "pam_uni.so", False),
    ],
)
def test_a_module_is_known_with_and_without_its_path(written, asked, runs):
    (line,) = pam_stack.lines_of("x", f"auth required {written}\n")
    assert line.runs(asked) is runs


def test_an_included_file_is_no_module():
    (line,) = pam_stack.lines_of("x", "auth include pam_unix.so\n")
    assert not line.runs("pam_unix.so")


@pytest.mark.parametrize(
    ("name", "value"),
    [("nullok", True), ("remember", "5"), ("empty", ""), ("retry", "4"), ("null", None), ("spaced", "a b")],
)
def test_arguments_have_values(name, value):
    text = "auth required a.so nullok remember=5 retry=3 empty= [spaced=a b] retry=4\n"
    (line,) = pam_stack.lines_of("x", text)
    assert line.argument(name) == value


def test_the_file_of_the_administrator_hides_that_of_the_vendor(tmp_path):
    (tmp_path / "usr/sshd").write_text("")
    assert pam_stack.path_of("sshd") == str(tmp_path / "usr/sshd")
    (tmp_path / "etc/sshd").write_text("")
    assert pam_stack.path_of("sshd") == str(tmp_path / "etc/sshd")
    assert pam_stack.path_of("other") is None


def test_included_files_stand_where_they_are_included(folder):
    (folder / "login").write_text("auth required a.so\n@include common\nauth include more\nauth required z.so\n")
    (folder / "common").write_text("auth required b.so\naccount required no.so\n")
    (folder / "more").write_text("auth required c.so\n")
    assert modules(folder, "login") == ["a.so", "b.so", "c.so", "z.so"]


def test_an_include_of_one_type_takes_in_no_other(folder):
    (folder / "login").write_text("account include common\nauth required a.so\n")
    (folder / "common").write_text("auth required b.so\naccount required c.so\n")
    assert modules(folder, "login") == ["a.so"]
    assert modules(folder, "login", "account") == ["c.so"]


def test_only_a_substack_is_a_frame_of_its_own(folder):
    (folder / "login").write_text("auth substack sub\nauth include plain\n")
    (folder / "sub").write_text("auth required b.so\n")
    (folder / "plain").write_text("auth required c.so\n")
    steps = pam_stack.steps(str(folder / "login"), "auth")
    assert [len(step.frame) for step in steps] == [1, 0]


def test_what_is_to_become_of_a_file_counts_instead_of_it(folder):
    (folder / "login").write_text("auth required a.so\n")
    steps = pam_stack.steps(str(folder / "login"), "auth", {str(folder / "login"): "auth required b.so\n"})
    assert [step.line.module for step in steps] == ["b.so"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("@include nowhere\n", "includes nowhere, which is not there"), ("@include login\n", "without an end")],
)
def test_a_broken_include_is_an_error(folder, text, complaint):
    (folder / "login").write_text(text)
    with pytest.raises(OSError, match=complaint):
        modules(folder, "login")


def test_the_modules_of_all_services_are_in_use(folder, tmp_path):
    (folder / "login").write_text("auth required /lib/a.so\n@include b.so\n")
    (tmp_path / "usr/sshd").write_text("session optional c.so\n")
    assert pam_stack.modules_in_use() == {"a.so", "c.so"}
