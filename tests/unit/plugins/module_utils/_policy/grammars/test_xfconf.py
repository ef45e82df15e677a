# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import xfconf
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import HEADER

LOCKED = 'locked="*" unlocked="root"'


def channel(inside, attributes=""):
    return (
        f'<?xml version="1.0"?>\n<!-- ours -->\n<channel name="saver" version="1.0" {attributes}>{inside}</channel>\n'
    )


def delay(value, attributes=LOCKED):
    inner = f'<property name="delay" type="int" value="{value}" {attributes}/>'
    return f'<property name="idle" type="empty">{inner}</property>'


def parsed(text):
    return ET.fromstring(text)  # noqa: S314 - written by this test


def read(text, key="/idle/delay"):
    return xfconf.read([("/f", text)], key, "saver")


@pytest.mark.parametrize(
    ("text", "value", "weakness"),
    [
        (channel(delay(10)), "10", None),
        (channel(delay(10, ""), LOCKED), "10", None),
        (channel(delay(10, "")), "10", "it is 10, but every user can change it"),
        (channel(delay(10, 'locked="*"')), "10", "it is 10, but every user can change it"),
        (channel(delay(10, 'locked="*" unlocked="*"')), "10", "it is 10, but every user can change it"),
        (channel(delay(5) + delay(10)), "10", None),
        (channel('<property name="idle" type="empty"/>'), None, None),
        (channel('<property name="delay" type="int" value="10"/>'), None, None),
        (channel("<!-- <property/> -->"), None, None),
        ("", None, None),
    ],
)
def test_a_property_counts_if_it_or_its_channel_is_locked(text, value, weakness):
    assert (read(text).value, read(text).weakness) == (value, weakness)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<channel", "/f: it is no XML: "),
        ("\udc80<channel name='saver'/>", "/f: it is no XML: "),
        ('<channel name="other"/>', "/f: it does not hold the channel saver"),
        ("<html/>", "/f: it does not hold the channel saver"),
    ],
)
def test_what_is_no_file_of_the_channel_cannot_be_read_and_is_not_written(text, sentence):
    assert read(text).unreadable.startswith(sentence)
    with pytest.raises(ValueError, match=sentence.removeprefix("/f: ")):
        xfconf.write(text, "/idle/delay", 10, "saver")


@pytest.mark.parametrize(
    ("value", "word", "type_"), [(True, "true", "bool"), (False, "false", "bool"), (10, "10", "int")]
)
def test_a_new_file_holds_the_property_locked_below_its_parents(value, word, type_):
    text = xfconf.write(f"{HEADER}\n", "/idle/delay", value, "saver")
    root = parsed(text)
    assert root.attrib == {"name": "saver", "version": "1.0"}
    (found,) = root.findall("property[@name='idle'][@type='empty']/property")
    assert found.attrib == {"name": "delay", "type": type_, "value": word, "locked": "*", "unlocked": "root"}
    assert HEADER[2:] in text


def test_other_properties_comments_and_the_type_stay():
    inside = '<property name="a" type="int" value="1"/><!-- kept --><property name="delay" type="uint" value="60"/>'
    text = xfconf.write(channel(inside), "/delay", 10, "saver")
    assert '<property name="a" type="int" value="1" />' in text
    assert "<!-- kept -->" in text
    assert text.startswith('<?xml version="1.0"?>\n<!-- ours -->\n<channel ')
    assert parsed(text).find("property[@name='delay']").get("type") == "uint"
    assert read(text, "/delay").value == "10"


def test_writing_twice_changes_nothing_and_removing_removes_the_property_alone():
    once = xfconf.write(channel(delay(60, "")), "/idle/delay", 10, "saver")
    assert xfconf.write(once, "/idle/delay", 10, "saver") == once
    assert xfconf.write(once, "/idle/other", "10", "saver").count("<property") == 3
    gone = xfconf.write(once, "/idle/delay", None, "saver")
    assert read(gone).value is None
    assert xfconf.write(gone, "/idle/delay", None, "saver") == gone
