# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import systemd


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[Journal]\nStorage=auto", "auto"),
        ("[Journal]\nStorage=a \\\n  b\n", "a    b"),
        ("[Journal]\nStorage=a \\\n# c \\\n;d\n  b\n", "a    b"),
        ("[Journal]\n# c \\\nStorage=auto\n", "auto"),
        ("[Journal]\nX=1 \\\nStorage=auto\n", None),
        ("[Journal]\nStorage=a\\\\\nX=1", "a\\\\"),
        ("[Journal]\nStorage=auto\nStorage=", None),
        ("[Journal]\nStorage=auto\nStorage=\nStorage=none", "none"),
        ("Storage=auto\n[Journal]", None),
        ("[Journal]\nStorage=a \\", "a"),
    ],
)
def test_a_key_holds_what_systemd_takes(text, value):
    assert systemd.read([("/f", text)], "Storage", "Journal").value == value


def test_an_empty_assignment_in_a_later_file_takes_the_value_back():
    files = [("/a", "[Journal]\nStorage=auto"), ("/b", "[Journal]\nStorage=")]
    reading = systemd.read(files, "Storage", "Journal")
    assert (reading.value, reading.where) == (None, "/b:2")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", "[Journal]\nStorage=none\n"),
        ("[Journal]\nStorage=a \\\n# c\n  b\nX=1\n", "[Journal]\nStorage=none\nX=1\n"),
        ("[Journal]\nX=1 \\\n", "[Journal]\nX=1 \\\n\nStorage=none\n"),
        ("[Journal]\nX=1 \\\n  2\n[Z]\n", "[Journal]\nX=1 \\\n  2\nStorage=none\n[Z]\n"),
        ("[Journal]\n# c \\\n", "[Journal]\nStorage=none\n# c \\\n"),
    ],
)
def test_writing_replaces_a_line_with_all_that_it_goes_on_in(text, written):
    assert systemd.write(text, "Storage", "none", "Journal") == written


@pytest.mark.parametrize(
    ("value", "section", "fault"),
    [("a\\", "Journal", "cannot end with a backslash"), ("a", None, "needs a section"), ("a", "a]", "is no section")],
)
def test_what_systemd_would_read_otherwise_is_refused(value, section, fault):
    with pytest.raises(ValueError, match=fault):
        systemd.write("", "Storage", value, section)


@pytest.fixture(name="tree")
def fixture_tree(tmp_path, monkeypatch):
    roots = [str(tmp_path / name) for name in ("etc", "run", "lib")]
    monkeypatch.setattr(systemd, "_ROOTS", roots)

    def touch(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        return [path.removeprefix(f"{tmp_path}/") for path in systemd.sources(f"{roots[0]}/a.conf.d/zz.conf")]

    return touch


def test_drop_ins_of_all_folders_are_read_by_name_after_the_main_file(tree):
    assert tree("lib/a.conf.d/50.conf", "run/a.conf.d/10.conf", "etc/a.conf.d/30.conf", "etc/a.conf") == [
        "etc/a.conf",
        "run/a.conf.d/10.conf",
        "etc/a.conf.d/30.conf",
        "lib/a.conf.d/50.conf",
    ]


def test_a_drop_in_hides_the_one_of_the_same_name_below_usr(tree):
    assert tree("lib/a.conf.d/50.conf", "etc/a.conf.d/50.conf", "lib/a.conf.d/50.txt") == ["etc/a.conf.d/50.conf"]


def test_the_first_main_file_is_the_only_one(tree):
    assert tree("lib/a.conf", "run/a.conf") == ["run/a.conf"]
