# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Channels of Xfconf, in which Xfce keeps its settings: XML files below ``/etc/xdg/xfce4/xfconf``.

The section is the channel, the key the path of a property, such as ``/saver/enabled``. A user's own file decides over
it unless the property or the whole channel is locked; then xfconfd refuses every change but root's.
"""

from __future__ import annotations

import typing as t
import xml.etree.ElementTree as ET

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import HEADER

OWN_FILE = False
BOOLEANS: t.Mapping[bool, t.Sequence[str]] = {True: ("true",), False: ("false",)}
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_LOCKED = {"locked": "*", "unlocked": "root"}  # xfconfd takes a property for open that has the first alone


def read(files: t.Iterable[tuple[str, str]], key: str, section: str | None = None) -> Reading:
    """Return the value of a property; one that users can change counts for nothing."""
    reading = Reading()
    for path, text in files:
        try:
            channel = _channel(text, section)
        except ValueError as error:
            return Reading(where=path, unreadable=f"{path}: {error}")
        found = _descend(channel, key)
        if found is not None and "value" in found.attrib:
            is_locked = any(_LOCKED.items() <= element.attrib.items() for element in (channel, found))
            weakness = None if is_locked else f"it is {found.get('value')}, but every user can change it"
            reading = Reading(value=found.get("value"), where=path, weakness=weakness)
    return reading


def write(text: str, key: str, value: t.Any, section: str | None = None) -> str:
    """Return the text with the property at a value, and locked; None removes it. What the file holds else stays."""
    channel = _channel(text, section)
    parent, name = _parent(channel, key), key.rpartition("/")[2]
    found = _child(parent, name)
    if value is None:
        if found is not None:
            parent.remove(found)
    else:
        written, type_ = _as_xml(value)
        found = ET.SubElement(parent, "property", name=name, type=type_) if found is None else found
        found.attrib.update({"value": written, **_LOCKED})
        if found.get("type") in (None, "empty"):
            found.set("type", type_)
    ET.indent(channel)
    before = text[: text.index("<channel")] if "<channel" in text else f"{_DECLARATION}\n\n<!-- {HEADER[2:]} -->\n"
    return f"{before}{ET.tostring(channel, encoding='unicode')}\n"


def _channel(text: str, name: str | None) -> ET.Element:
    """Return the root of a file, a new one of a file that holds nothing yet; raises ValueError with a sentence."""
    if not text.strip() or text.strip() == HEADER:
        return ET.Element("channel", name=str(name), version="1.0")
    try:
        root = ET.fromstring(text, parser=ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))  # noqa: S314 - root's
    except (ET.ParseError, UnicodeError) as error:
        raise ValueError(f"it is no XML: {error}") from error
    if root.tag != "channel" or root.get("name") != name:
        raise ValueError(f"it does not hold the channel {name}")
    return root


def _descend(element: ET.Element | None, key: str) -> ET.Element | None:
    for name in key.strip("/").split("/"):
        element = None if element is None else _child(element, name)
    return element


def _parent(channel: ET.Element, key: str) -> ET.Element:
    """Return the property above a key; what is missing on the way there is made."""
    element = channel
    for name in key.strip("/").split("/")[:-1]:
        below = _child(element, name)
        element = ET.SubElement(element, "property", name=name, type="empty") if below is None else below
    return element


def _child(element: ET.Element, name: str) -> ET.Element | None:
    """Return a property by its name; of several the last, as xfconfd does."""
    found = [child for child in element if child.tag == "property" and child.get("name") == name]
    return found[-1] if found else None


def _as_xml(value: t.Any) -> tuple[str, str]:
    """Return how a value is written, and its type."""
    if isinstance(value, bool):
        return BOOLEANS[value][0], "bool"
    text = str(value)
    if text in ("true", "false"):
        return text, "bool"
    return text, "int" if text.lstrip("-").isdecimal() else "string"
