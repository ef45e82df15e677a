# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import pam_edit, pam_stack

DEBIAN = (
    "# local\n"
    "auth\t[success=1 default=ignore]\tpam_unix.so nullok # keep\n"
    "auth\trequisite\t\t\tpam_deny.so\n"
    "auth\trequired\t\t\tpam_permit.so\n"
)


@pytest.fixture(name="folder")
def fixture_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(pam_stack, "FOLDERS", (str(tmp_path),))
    return tmp_path


@pytest.fixture(name="insert")
def fixture_insert(folder):
    """Insert one line into a file, before or after the line of a module, and return all texts by name."""

    def insert(files, where, module, line="auth required new.so"):
        for name, text in files.items():
            (folder / name).write_text(text)
        path = str(folder / "common")
        lines = pam_stack.lines_of(path, files["common"])
        start = next(one.start for one in lines if one.module == module) if module else -1
        return named(pam_edit.insert({path: files["common"]}, path, line, (where, start), "auth"), files)

    return insert


def named(texts, files):
    return {**files, **{path.rpartition("/")[2]: text for path, text in texts.items()}}


def line_of(text, module):
    return next(line for line in pam_stack.lines_of("x", text) if line.runs(module))


@pytest.mark.parametrize(
    ("where", "module", "count", "place"),
    [
        ("before", "pam_unix.so", 1, 1),
        ("after", "pam_unix.so", 2, 2),
        ("before", "pam_deny.so", 2, 2),
        ("after", "pam_deny.so", 1, 3),
        ("before", "pam_permit.so", 1, 3),
        ("after", "pam_permit.so", 1, 4),
    ],
)
def test_a_jump_leads_where_it_led(insert, where, module, count, place):
    expected = DEBIAN.replace("success=1", f"success={count}").splitlines(keepends=True)
    expected.insert(place, "auth required new.so\n")
    assert insert({"common": DEBIAN}, where, module)["common"] == "".join(expected)


def test_a_line_of_another_type_moves_no_jump(insert):
    text = DEBIAN.replace("auth\trequisite", "account required pam_unix.so\nauth\trequisite")
    assert "success=1" in insert({"common": text}, "after", "pam_deny.so")["common"]


def test_a_file_without_a_line_end_gets_one_before_the_new_line(insert):
    text = DEBIAN.rstrip("\n")
    assert insert({"common": text}, "after", "pam_permit.so")["common"] == f"{text}\nauth required new.so\n"


def test_a_new_line_in_an_empty_file(insert):
    assert insert({"common": ""}, "after", None)["common"] == "auth required new.so\n"


def test_every_jump_of_a_line_is_counted_anew(insert):
    text = "auth [success=3 ignore=1 default=2] a.so\nauth required b.so\nauth required c.so\nauth required d.so\n"
    new = insert({"common": text}, "after", "b.so")["common"]
    assert new.startswith("auth [success=4 ignore=1 default=3] a.so\n")


def test_a_jump_over_an_included_file_is_counted_anew_where_it_stands(insert):
    files = {"common": DEBIAN, "login": "auth [success=4 default=ignore] a.so\n@include common\nauth required z.so\n"}
    new = insert(files, "after", "pam_unix.so")
    assert new["login"] == files["login"].replace("success=4", "success=5")


def test_a_jump_over_a_substack_stays(insert):
    files = {
        "common": DEBIAN,
        "login": "auth [success=2 default=ignore] a.so\nauth substack common\nauth required z.so\n",
    }
    assert insert(files, "after", "pam_unix.so")["login"] == files["login"]


def test_a_file_that_does_not_include_the_other_stays(insert):
    files = {"common": DEBIAN, "login": DEBIAN}
    assert insert(files, "after", "pam_unix.so")["login"] == DEBIAN


def test_a_broken_service_stops_nothing(insert):
    files = {"common": DEBIAN, "login": "@include nowhere\n"}
    assert insert(files, "after", "pam_unix.so")["login"] == files["login"]


def test_bytes_outside_the_flag_stay():
    control = "[ success = 1 default=ignore ]"
    text = f"auth {control} \\\n  pam_unix.so \udce9 #\tend\r\nauth required pam_deny.so\n# last"
    assert pam_edit.with_control(text, line_of(text, "pam_unix.so"), "required") == text.replace(control, "required")


def test_a_count_with_spaces_around_it_is_found(insert):
    text = DEBIAN.replace("[success=1 default=ignore]", "[ success = 1  default=ignore ]")
    assert "[ success = 2  default=ignore ]" in insert({"common": text}, "after", "pam_unix.so")["common"]


@pytest.mark.parametrize(
    ("module", "control"),
    [("pam_deny.so", "[success=ignore default=ignore]"), ("pam_permit.so", "[success=1 default=ignore]")],
)
def test_a_removed_line_is_no_longer_jumped_over(folder, module, control):
    (folder / "common").write_text(DEBIAN)
    path = str(folder / "common")
    line = next(one for one in pam_stack.lines_of(path, DEBIAN) if one.module == module)
    text = pam_edit.remove({path: DEBIAN}, line)[path]
    kept = "".join(one for one in DEBIAN.splitlines(keepends=True) if module not in one)
    assert text == kept.replace("[success=1 default=ignore]", control)


def test_a_line_that_is_put_in_and_taken_out_leaves_no_trace(insert, folder):
    new = insert({"common": DEBIAN}, "after", "pam_unix.so")["common"]
    path = str(folder / "common")
    line = next(one for one in pam_stack.lines_of(path, new) if one.module == "new.so")
    (folder / "common").write_text(new)
    assert pam_edit.remove({path: new}, line)[path] == DEBIAN


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("use_authtok", "auth required a.so x=1  y use_authtok # end\n"),
        ("x=2", "auth required a.so x=2  y # end\n"),
        ("y", "auth required a.so x=1  y # end\n"),
        ("y=3", "auth required a.so x=1  y=3 # end\n"),
    ],
)
def test_an_argument_is_set_in_its_place_or_behind_all(argument, expected):
    text = "auth required a.so x=1  y # end\n"
    assert pam_edit.with_argument(text, line_of(text, "a.so"), argument) == expected


def test_an_argument_that_stands_twice_is_set_twice():
    text = "auth required a.so x=1 y x=2\n"
    assert pam_edit.with_argument(text, line_of(text, "a.so"), "x=3") == "auth required a.so x=3 y x=3\n"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("x", "auth required a.so  y # end\n"),
        ("y", "auth required a.so x=1 x # end\n"),
        ("z", "auth required a.so x=1  y x # end\n"),
        ("a.so", "auth required a.so x=1  y x # end\n"),
    ],
)
def test_an_argument_is_taken_off_wherever_it_stands(key, expected):
    text = "auth required a.so x=1  y x # end\n"
    assert pam_edit.without_argument(text, line_of(text, "a.so"), key) == expected
