# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml

from ansible_collections.commune.baseline.plugins.module_utils._policy.engine import KINDS
from ansible_collections.commune.baseline.plugins.plugin_utils._catalogue import Catalogue
from ansible_collections.commune.baseline.plugins.plugin_utils._policy.rows import (
    RowError,
    read_rows,
    roles_with_rows,
)

CONTROL = {
    "id": "AC-08",
    "title_vi": "Khóa màn hình",
    "title_en": "Screen lock",
    "priority": "must",
    "kind": "enforce",
    "applies_to": ["workstation"],
    "sources": [{"code": "001:19.1.c", "quote": "tự động bảo vệ màn hình"}],
    "parameters": {"minutes": 10},
}
ROW = {
    "id": "LNX-A",
    "control": "AC-08",
    "kind": "option",
    "path": "/etc/a.sh",
    "grammar": "shell_readonly",
    "key": "A",
    "value": 600,
    "why": {"vi": "Vì", "en": "Because"},
    "fix": {"vi": "Sửa", "en": "Mend"},
}

CONDITIONS = "dictionary of class, distribution (lists of words), exists (an absolute path) or firewall (true)"


@pytest.fixture(name="roles")
def fixture_roles(tmp_path):
    (tmp_path / "catalogue/controls").mkdir(parents=True)
    (tmp_path / "catalogue/controls/AC.yml").write_text(yaml.safe_dump([CONTROL]))
    (tmp_path / "roles").mkdir()
    return tmp_path / "roles"


def declare(roles, role, content, platform="linux"):
    """Write the file in which a role declares its rows, and return its path."""
    path = roles / role / "vars" / f"{platform}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def read(roles, *names):
    return read_rows(roles, names, "linux", Catalogue(roles.parent / "catalogue"))


def fault(roles, *names):
    with pytest.raises(RowError) as caught:
        read(roles, *names)
    return str(caught.value)


def changed(changes=None, **more):
    """Return the good row with other fields; None takes a field away."""
    return {name: value for name, value in {**ROW, **(changes or {}), **more}.items() if value is not None}


def test_rows_come_in_the_order_of_the_roles_and_of_their_lines(roles):
    declare(roles, "a", {"__a_rows": [changed(id="LNX-2"), changed(id="LNX-1")]})
    declare(roles, "b", {"__b_rows": [changed(id="LNX-0")]})
    rows = read(roles, "b", "a")
    assert [(row.role, row.fields["id"], row.control.id) for row in rows] == [
        ("b", "LNX-0", "AC-08"),
        ("a", "LNX-2", "AC-08"),
        ("a", "LNX-1", "AC-08"),
    ]


def test_a_row_keeps_its_fields_as_they_are_written(roles):
    row = changed(parameter="minutes", compare="<=", minimum=1, refs=["bash(1)"], read=["/etc/*.sh"])
    declare(roles, "lock", {"__lock_rows": [row]})
    assert read(roles, "lock")[0].fields == row


def test_a_role_may_have_an_empty_list_of_rows(roles):
    declare(roles, "lock", {"__lock_rows": []})
    assert read(roles, "lock") == []


@pytest.mark.parametrize("compare", ["==", "<=", ">="])
def test_every_comparison_is_accepted(roles, compare):
    declare(roles, "lock", {"__lock_rows": [changed(compare=compare)]})
    assert read(roles, "lock")[0].fields["compare"] == compare


@pytest.mark.parametrize("wanted", [{"value": 1}, {"knob": "lock_a"}])
def test_a_row_says_in_one_way_what_it_wants(roles, wanted):
    declare(roles, "lock", {"__lock_rows": [changed(**{"value": None, **wanted})]})
    assert len(read(roles, "lock")) == 1


@pytest.mark.parametrize("value", [0, False, "", []])
def test_a_value_that_counts_as_nothing_is_a_value(roles, value):
    declare(roles, "lock", {"__lock_rows": [changed(value=value)]})
    assert read(roles, "lock")[0].for_device({})["desired"] == value


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "registry"}, f"row LNX-A: kind is 'registry', not one of {', '.join(KINDS)}"),
        ({"kind": None}, f"row LNX-A: kind is None, not one of {', '.join(KINDS)}"),
        ({"id": None}, "row ?: lacks id"),
        ({"control": None}, "row LNX-A: lacks control"),
        ({"why": None}, "row LNX-A: lacks why"),
        ({"fix": None}, "row LNX-A: lacks fix"),
        ({"key": None, "grammar": None}, "row LNX-A: lacks grammar, key"),
        ({"path": None}, "row LNX-A: lacks path"),
        ({"whyy": 1, "comparee": "<="}, "row LNX-A: has no field called comparee, whyy"),
        ({"compare": "<"}, "row LNX-A: compare is '<', not one of absent, ==, in, <=, >="),
        ({"value": None}, "row LNX-A: needs either value or knob"),
        ({"knob": "lock_a"}, "row LNX-A: needs either value or knob"),
        (
            {"kind": "kernel_module", "module": "dccp", "compare": "in", "path": None, "grammar": None, "key": None},
            "row LNX-A: compare is 'in'; its kind knows ==",
        ),
        (
            {"path": "/etc/ssh/sshd_config"},
            "row LNX-A: can cut the connection, so it needs connectivity: true",
        ),
        ({"when": {}}, f"row LNX-A: when is {{}}, not a {CONDITIONS}"),
        ({"when": {"class": "server"}}, f"row LNX-A: when is {{'class': 'server'}}, not a {CONDITIONS}"),
        ({"when": {"exists": "sshd"}}, f"row LNX-A: when is {{'exists': 'sshd'}}, not a {CONDITIONS}"),
        ({"when": {"release": ["x"]}}, f"row LNX-A: when is {{'release': ['x']}}, not a {CONDITIONS}"),
        ({"connectivity": "yes"}, "row LNX-A: connectivity is 'yes', not a true or false"),
        ({"id": ["LNX-A"]}, "row ['LNX-A']: id is ['LNX-A'], not a text"),
        ({"kind": ["option"]}, f"row LNX-A: kind is ['option'], not one of {', '.join(KINDS)}"),
        ({"control": 8}, "row LNX-A: control is 8, not a text"),
        ({"probe": "shel"}, "row LNX-A: probe is 'shel', not one of apt, lightdm, login_shell, sshd"),
        ({"read": "/etc/*"}, "row LNX-A: read is '/etc/*', not a list of absolute paths"),
        ({"read": []}, "row LNX-A: read is [], not a list of absolute paths"),
        ({"path": "etc/a"}, "row LNX-A: path is 'etc/a', not an absolute path"),
        ({"key": "X; touch /tmp/x"}, "row LNX-A: key is 'X; touch /tmp/x', not a word"),
        ({"minimum": True}, "row LNX-A: minimum is True, not a whole number"),
        ({"why": {"en": "Because"}}, "row LNX-A: why is {'en': 'Because'}, not a text in vi and in en"),
        ({"fix": "Mend"}, "row LNX-A: fix is 'Mend', not a text in vi and in en"),
        ({1: 2, "zz": 3}, "row LNX-A: has no field called 1, zz"),
        (
            {"path": "/etc/{{ x }}"},
            "row LNX-A: path is '/etc/{{ x }}', not free of Jinja: what a site may change is a knob",
        ),
        ({"parameter": "idle"}, "row LNX-A: parameter is 'idle', not one of minutes, 001:19.1.c"),
        ({"control": "AC-99"}, "row LNX-A: the catalogue has no control 'AC-99'"),
        ({"control": "ZZ-01"}, "row LNX-A: the catalogue has no control 'ZZ-01'"),
    ],
)
def test_a_fault_in_a_row_is_named_with_its_place(roles, changes, sentence):
    path = declare(roles, "lock", {"__lock_rows": [changed(id="LNX-0"), changed(changes)]})
    assert fault(roles, "lock") == f"{path}: {sentence}"


@pytest.mark.parametrize(("row", "shown"), [("LNX-A", "'LNX-A'"), (["LNX-A"], "['LNX-A']"), (None, "None")])
def test_a_row_that_is_no_dictionary_is_shown(roles, row, shown):
    path = declare(roles, "lock", {"__lock_rows": [row]})
    assert fault(roles, "lock") == f"{path}: a row is a dictionary, not {shown}"


@pytest.mark.parametrize(
    "content",
    [
        {"__other_rows": [ROW]},
        {"lock_rows": [ROW]},
        {"__lock_rows": ROW},
        {"__lock_rows": None},
        [ROW],
        "just text",
        "",
    ],
)
def test_a_file_without_the_list_of_its_role_says_where_the_list_belongs(roles, content):
    path = declare(roles, "lock", content)
    assert fault(roles, "lock") == f"{path}: rows are a list under '__lock_rows'"


@pytest.mark.parametrize("names", [("a", "a2"), ("a2", "a")])
def test_an_id_of_two_roles_names_the_later_one(roles, names):
    for name in names:
        declare(roles, name, {f"__{name}_rows": [ROW]})
    assert fault(roles, *names) == f"role {names[1]}: row LNX-A stands twice; every id is given once"


def test_an_id_that_one_role_gives_twice_is_refused(roles):
    declare(roles, "lock", {"__lock_rows": [ROW, changed(id="LNX-B"), ROW]})
    assert fault(roles, "lock") == "role lock: row LNX-A stands twice; every id is given once"


def test_a_role_without_rows_is_answered_with_the_roles_that_have_some(roles):
    declare(roles, "lock", {"__lock_rows": [ROW]})
    declare(roles, "audit", {"__audit_rows": []})
    declare(roles, "screen", {}, platform="windows")
    assert fault(roles, "screen") == "role 'screen' has no rows for linux; roles that have: audit, lock"


@pytest.mark.parametrize("role", ["../x", "..", ".", "", "/", "nope/../lock", "lock/vars/linux.yml"])
def test_a_role_name_that_is_a_path_is_an_unknown_role(roles, role):
    declare(roles, "lock", {"__lock_rows": [ROW]})
    assert fault(roles, role) == f"role {role!r} has no rows for linux; roles that have: lock"


@pytest.mark.parametrize("role", ["../x", "./lock"])
def test_a_path_to_a_file_of_rows_does_not_make_them_usable(roles, role):
    declare(roles, "lock", {"__lock_rows": [ROW]})
    declare(roles, role, {f"__{role}_rows": [ROW], "__lock_rows": [ROW]})
    assert fault(roles, role).startswith(f"role {role!r} has no rows for linux; roles that have: ")


def test_a_role_named_twice_is_read_once(roles):
    declare(roles, "lock", {"__lock_rows": [ROW]})
    assert len(read(roles, "lock", "lock")) == 1


def test_a_file_that_is_no_yaml_is_named_with_the_place(roles):
    path = declare(roles, "lock", "__lock_rows:\n  - id: [\n")
    assert fault(roles, "lock").startswith(f"{path}, line 3, column 1: ")


@pytest.mark.parametrize(
    ("fields", "desired", "sentence"),
    [
        ({"compare": "<="}, 11, "knob lock_a is 11; control AC-08 allows at most 10"),
        ({"compare": "<=", "minimum": 1}, 0, "knob lock_a is 0; below 1 it would switch the setting off"),
        ({"compare": "<=", "minimum": 1}, -5, "knob lock_a is -5; below 1 it would switch the setting off"),
        ({"compare": "<="}, True, "knob lock_a is True, not a whole number"),
        ({"compare": "<="}, "soon", "knob lock_a is 'soon', not a whole number"),
        ({"compare": ">="}, 9, "knob lock_a is 9; control AC-08 demands at least 10"),
        ({"compare": ">=", "maximum": 64}, 65, "knob lock_a is 65; more than 64 would shut people out"),
        ({}, " \n", "knob lock_a is ' \\n', which says nothing; it needs a text"),
    ],
)
def test_a_wish_that_would_loosen_the_control_is_refused(roles, fields, desired, sentence):
    declare(roles, "lock", {"__lock_rows": [changed(fields, value=None, knob="lock_a", parameter="minutes")]})
    (row,) = read(roles, "lock")
    with pytest.raises(RowError) as caught:
        row.for_device({"lock_a": desired})
    assert str(caught.value) == f"role lock: row LNX-A: {sentence.removeprefix('knob ')}"


@pytest.mark.parametrize(("compare", "desired"), [("<=", 10), ("<=", 1), (">=", 10), (">=", 99)])
def test_a_wish_within_the_bounds_is_sent(roles, compare, desired):
    fields = {"compare": compare, "minimum": 1, "value": None, "knob": "lock_a", "parameter": "minutes"}
    declare(roles, "lock", {"__lock_rows": [changed(fields)]})
    assert read(roles, "lock")[0].for_device({"lock_a": desired})["desired"] == desired


@pytest.mark.parametrize(("seconds", "minutes"), [(600, 10), (599, 9), (60, 1)])
def test_a_knob_in_seconds_is_rounded_down_to_the_minutes_of_a_setting(roles, seconds, minutes):
    fields = {
        "compare": "<=",
        "minimum": 1,
        "value": None,
        "knob": "lock_a",
        "parameter": "minutes",
        "measured_in": "minutes",
    }
    declare(roles, "lock", {"__lock_rows": [changed(fields)]})
    sent = read(roles, "lock")[0].for_device({"lock_a": seconds})
    assert (sent["desired"], "measured_in" in sent) == (minutes, False)


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (660, "lock_a in whole minutes is 11; control AC-08 allows at most 10"),
        (59, "lock_a in whole minutes is 0; below 1 it would switch the setting off"),
        ("soon", "lock_a in whole minutes is 'soon', not a whole number"),
    ],
)
def test_a_knob_that_is_out_of_bounds_in_minutes_is_refused(roles, seconds, sentence):
    fields = {
        "compare": "<=",
        "minimum": 1,
        "value": None,
        "knob": "lock_a",
        "parameter": "minutes",
        "measured_in": "minutes",
    }
    declare(roles, "lock", {"__lock_rows": [changed(fields)]})
    with pytest.raises(RowError) as caught:
        read(roles, "lock")[0].for_device({"lock_a": seconds})
    assert str(caught.value) == f"role lock: row LNX-A: {sentence}"


def test_roles_with_rows_are_found_by_platform_and_sorted(roles):
    for name in ("m", "z", "a", "k", "c"):
        declare(roles, name, {})
    declare(roles, "b", {}, platform="windows")
    (roles / "README.md").write_text("no role")
    assert roles_with_rows(roles, "linux") == ["a", "c", "k", "m", "z"]
    assert roles_with_rows(roles, "windows") == ["b"]


def test_a_device_gets_what_its_engine_needs_and_no_more(roles):
    row = changed(
        value=None, knob="lock_a", parameter="minutes", refs=["bash(1)"], compare="<=", minimum=1, read=["/etc/b"]
    )
    declare(roles, "lock", {"__lock_rows": [row]})
    assert read(roles, "lock")[0].for_device({"lock_a": 3, "lock_b": 5}) == {
        "id": "LNX-A",
        "control": "AC-08",
        "kind": "option",
        "path": "/etc/a.sh",
        "grammar": "shell_readonly",
        "key": "A",
        "read": ["/etc/b"],
        "compare": "<=",
        "minimum": 1,
        "desired": 3,
    }


def test_a_constant_becomes_the_desired_value_and_is_not_sent_twice(roles):
    declare(roles, "lock", {"__lock_rows": [ROW]})
    sent = read(roles, "lock")[0].for_device({"lock_a": 300})
    assert (sent["desired"], "value" in sent) == (600, False)


@pytest.mark.parametrize("value", [0, False, None])
def test_a_knob_may_hold_nothing(roles, value):
    declare(roles, "lock", {"__lock_rows": [changed(value=None, knob="lock_a")]})
    assert read(roles, "lock")[0].for_device({"lock_a": value})["desired"] is value


ACCESS = {
    **{name: ROW[name] for name in ("id", "control", "why", "fix")},
    "kind": "ssh_access",
    "path": "/etc/ssh/a.conf",
    "attribute": "sources",
    "knob": "lock_a",
    "optional": True,
    "connectivity": True,
}
POWER = {**ACCESS, "kind": "privilege", "attribute": "powers", "groups": ["disk"]}
POWER.pop("path")


def test_an_optional_knob_that_is_not_set_leaves_its_row_undecided(roles):
    declare(roles, "lock", {"__lock_rows": [ACCESS]})
    sent = read(roles, "lock")[0].for_device({"lock_a": None})
    assert sent["undecided"] == "lock_a is not set, so nobody has said what is right"
    assert (sent["desired"], "optional" in sent) == (None, False)


@pytest.mark.parametrize(
    ("row", "desired", "sentence"),
    [
        (ACCESS, [], "it names no network, so that nobody could log in"),
        (ACCESS, ["192.0.2.1/24"], "'192.0.2.1/24' is no network such as 192.0.2.0/24: 192.0.2.1/24 has host bits set"),
        ({**ACCESS, "attribute": "groups"}, ["a b"], "'a b' is no name of a group"),
        (
            {**ACCESS, "attribute": "methods"},
            "password",
            "it is none of publickey,password and publickey,keyboard-interactive",
        ),
        (POWER, [], "it names nobody, so that nobody could administer the device"),
        (POWER, ["lan", "%sudo"], "'%sudo' is no name of an account"),
    ],
)
def test_a_list_that_its_kind_cannot_use_is_refused_before_anything_is_done(roles, row, desired, sentence):
    declare(roles, "lock", {"__lock_rows": [row]})
    with pytest.raises(RowError) as caught:
        read(roles, "lock")[0].for_device({"lock_a": desired})
    assert str(caught.value) == f"role lock: row LNX-A: lock_a is {desired!r}; {sentence}"


@pytest.mark.parametrize(
    ("row", "desired"),
    [
        (ACCESS, ["192.0.2.0/24", "2001:db8::/32", "192.0.2.7"]),
        ({**ACCESS, "attribute": "groups"}, []),
        ({**POWER, "attribute": "without_password"}, []),
        (POWER, ["lan", "hoa.nguyen"]),
    ],
)
def test_a_list_that_its_kind_can_use_is_sent(roles, row, desired):
    declare(roles, "lock", {"__lock_rows": [row]})
    assert read(roles, "lock")[0].for_device({"lock_a": desired})["desired"] == desired


CONTENT_ROW = {key: ROW[key] for key in ("id", "control", "why", "fix")} | {
    **{"kind": "file", "path": "/etc/a", "attribute": "content"},
}


def test_a_row_takes_the_text_of_a_file_of_its_role(roles):
    (roles / "screen/files").mkdir(parents=True)
    (roles / "screen/files/scan.py").write_text("print('quét')\n", "utf-8")
    declare(roles, "screen", {"__screen_rows": [{**CONTENT_ROW, "from_file": "scan.py"}]})
    (row,) = read(roles, "screen")
    assert row.for_device({})["desired"] == "print('quét')\n"
    assert "from_file" not in row.for_device({})


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"from_file": "gone.py"}, "from_file is 'gone.py', which is no file in"),
        ({"from_file": "../vars/linux.yml"}, "from_file is '../vars/linux.yml', which is no file in"),
        ({"from_file": 7}, "from_file is 7, which is no file in"),
        ({"from_file": "scan.py", "value": "x"}, "needs one of value, knob and from_file"),
        ({"from_file": "scan.py", "knob": "screen_a"}, "needs one of value, knob and from_file"),
    ],
)
def test_a_text_that_no_file_of_the_role_holds_is_refused(roles, fields, sentence):
    declare(roles, "screen", {"__screen_rows": [{**CONTENT_ROW, **fields}]})
    assert f"row LNX-A: {sentence}" in fault(roles, "screen")


@pytest.mark.parametrize(
    ("knob", "content"), [(["0951:1666 A", "0951:1666 B"], "0951:1666 A\n0951:1666 B\n"), ([], "")]
)
def test_a_list_is_the_content_of_a_file_line_by_line(roles, knob, content):
    declare(roles, "screen", {"__screen_rows": [{**CONTENT_ROW, "knob": "screen_media", "optional": True}]})
    (row,) = read(roles, "screen")
    assert row.for_device({"screen_media": knob})["desired"] == content
    assert "undecided" in row.for_device({"screen_media": None})
