# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every grammar and every file, however ill-formed: a write says what it was told and nothing else."""

from __future__ import annotations

import configparser
import subprocess
from typing import Any

from hypothesis import HealthCheck, assume, example, given, reject, settings
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds.option import GRAMMARS

PATH = "/etc/file"
KEY, OTHER, SECTION = "wanted", "other", "Part"
SECTIONED = ("ini", "kconfig", "systemd")
# One drops what others wrote, the other is XML and has no lines.
NAMES = tuple(sorted(GRAMMARS.keys() - {"shell_readonly", "xfconf"}))
# No NUL: such files are refused as a whole.
GARBAGE = st.text(st.sampled_from("ab=#\"'\\ \t\r[];:!,$`@&|{}é\x0b\x0c\x1c\x85\u2028\udc80"), max_size=12)
WORDS = st.sampled_from(["5", "no", "-1", "/a/b", '"5"', "5 # five", '"a b"', "'x", "a\\", ""])

TEMPLATES = {
    "apt_conf": [
        '{} "{}";',
        "{} {};",
        '  {}  "{}" ;',
        '// {} "{}";',
        "#clear {};",
        'APT { {} "{}"; };',
        '{} "a"; {} "{}";',
        "{}",
    ],
    "assignment": ["{}={}", "export {}={}", "#{}={}", "  {}={}", "x=1 {}={}", "x=1; {}={}", "{}= {}", "unset {} {}"],
    "equals": ["{} = {}", "{}={}", "{}", "# {} = {}", "{}\t{}", "{} ={} # five"],
    "ini": ["{}={}", "{} = {}", "#{}={}", "[Part]", "[Else]", "[{}]", "{}", "; {}={}"],
    "kconfig": ["{}={}", "{}[$i]={}", "#{}={}", "[Part]", "[Part][$i]", "[$i]", "[Else]", "{}", "{}[$e]={}"],
    "lightdm": ["{}={}", "{} = {}", "#{}={}", "[Seat:*]", "[Seat:seat0]", "[SeatDefaults]", "[LightDM]", "{}"],
    "login_defs": ["{} {}", "{}\t{}", "#{} {}", "{}", "{}={}", " {} {}"],
    "sshd": ["{} {}", "{}={}", "{} = {}", "#{} {}", "Match user a", "Include /etc/x/*.conf", "  {} {}", "{}"],
    "sudoers": [
        *("Defaults {}", "Defaults !{}", "Defaults {}={}", "Defaults:a {}", "Defaults a, {}, b=1", "#{} {}"),
        *("Defaults {} \\", "  , {}={}", "root ALL=(ALL) ALL", "@includedir /etc/x.d", "Defaults {}, {}"),
    ],
    "systemd": ["{}={}", "{} = {}", "#{}={}", "[Part]", "[Else]", "{}=a \\", "{}="],
}
VALUES = st.one_of(
    st.integers(-9, 99999),
    st.from_regex(r"[a-z/][a-zA-Z0-9 /._:-]{0,12}", fullmatch=True),
    st.text(st.sampled_from("ab=#\"'\\ \n\0[];!,$é\udc80"), min_size=1, max_size=6),
)


def filled(template: str, key: str, word: str) -> str:
    return template.replace("{}", key, 1).replace("{}", word)


def texts(name: str) -> st.SearchStrategy[str]:
    """Files that hold the key, another one and garbage, in any order, as Unix or Windows ends lines."""
    line = st.builds(filled, st.sampled_from(TEMPLATES[name]), st.sampled_from([KEY, KEY, OTHER]), WORDS)
    end = st.sampled_from(["\n", "\n", "\r\n"])
    lines = st.lists(st.one_of(line, line, GARBAGE), max_size=9)
    return st.builds(lambda all_lines, end, last: end.join(all_lines) + last, lines, end, st.sampled_from(["", "\n"]))


CASES = st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), texts(name), VALUES))
quick = settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])


def read(name: str, text: str, key: str = KEY) -> Any:
    reading = GRAMMARS[name].read([(PATH, text)], key, SECTION if name in SECTIONED else None)
    return reading.unreadable or reading.value


def write(name: str, text: str, value: Any) -> str:
    """Write the key; what the grammar refuses is no case."""
    try:
        return GRAMMARS[name].write(text, KEY, value, SECTION if name in SECTIONED else None)
    except ValueError:
        reject()


def foreign(name: str, text: str) -> list[str]:
    """Return the lines that say nothing about the key; a line that goes on may do so anywhere."""
    assume(name != "systemd" or "\\" not in text)
    return [line for line in text.split("\n") if KEY not in line]


@quick
@given(CASES)
@example(("sshd", "", "="))
def test_what_is_written_is_read(case):
    name, text, value = case
    assert str(read(name, write(name, text, value))) == str(value)


@quick
@given(CASES)
def test_writing_twice_changes_nothing(case):
    name, text, value = case
    once = write(name, text, value)
    assert write(name, once, value) == once


@quick
@given(CASES)
def test_another_key_keeps_its_value(case):
    name, text, value = case
    assert read(name, write(name, text, value), OTHER) == read(name, text, OTHER)


@quick
@given(CASES)
def test_lines_of_others_survive_byte_for_byte(case):
    name, text, value = case
    left = iter(foreign(name, write(name, text, value)))
    assert all(line in left for line in foreign(name, text) if line.strip())


@quick
@given(CASES)
def test_a_key_that_is_removed_has_no_value_and_others_keep_theirs(case):
    name, text = case[:2]
    left = write(name, text, None)
    assert read(name, left, OTHER) == read(name, text, OTHER)
    assert write(name, left, None) == left
    if name != "assignment":  # where an assignment in the middle of a program stays
        assert read(name, left) is None


@quick
@given(st.sampled_from(NAMES), GARBAGE, st.sampled_from(["\n", "\r\n"]))
def test_bytes_that_are_no_configuration_are_kept(name, garbage, end):
    text = garbage + end
    assert garbage in write(name, text, 5)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(texts("assignment"))
@example(f"{KEY}=a\\")
@example(f"{OTHER}=1\nexport {KEY}=a\\\\\\")
@example(f"{KEY}=a\\\n#b")
def test_an_assignment_holds_what_bash_says(text):
    assume(not any(character in text for character in "$`&|{}!;()") and "\udc80" not in text)
    script = f'. /dev/stdin >/dev/null 2>&1; printf "%s" "${{{KEY}-}}"'
    checked = subprocess.run(["bash", "-n"], input=text.encode(), capture_output=True, check=False)
    assume(checked.returncode == 0)
    environment = {"PATH": "/nonexistent"}
    done = subprocess.run(["/bin/bash", "-c", script], input=text.encode(), env=environment, capture_output=True)
    assert (read("assignment", text) or "") == done.stdout.decode()


@settings(max_examples=150, deadline=None, derandomize=True)
@given(texts("ini"))
def test_a_section_holds_what_configparser_says(text):
    assume(not any(line[:1].isspace() for line in text.split("\n")))
    parser = configparser.ConfigParser(delimiters=("=",), comment_prefixes=("#", ";"), strict=False, interpolation=None)
    parser.optionxform = str
    try:
        parser.read_string(text)
    except configparser.Error:
        reject()
    expected = parser[SECTION].get(KEY) if SECTION in parser else None
    assert read("ini", text) == expected
