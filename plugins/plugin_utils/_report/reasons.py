# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What devices say in English, said in Vietnamese.

The sentences stand in ``catalogue/reasons.yml`` as templates. What is filled in is carried over to the byte, and
nothing is escaped: that is for the report. A text comes from a device, so it may be of any length and hold anything;
the time that it takes grows with its length alone.
"""

from __future__ import annotations

import functools
import re
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils import _yaml

_REASONS = Path(__file__).parents[3] / "catalogue" / "reasons.yml"
_JOINT = "; "
_JOINTS = re.compile(r"(; |\r?\n)")
_PLACE = re.compile(r"\{(\w+)\}")
_SENTENCE = "error"  # what is filled in here is a sentence by itself
_DEEPEST = 8  # sentences within sentences; real ones stop at four
_MOST = 100  # sentences side by side; what a device says beyond them stays as it is
_KEPT = 10_000  # of many devices, most say the same


class Entry(t.NamedTuple):
    """A sentence: its English words around what is filled in, the names of these places, and the Vietnamese.

    In ``vietnamese``, words and names take turns.
    """

    words: tuple[str, ...]
    names: tuple[str, ...]
    vietnamese: tuple[str, ...]

    @property
    def joints(self) -> int:
        """Return how many joints the sentence holds that others have between two sentences."""
        return sum(words.count(_JOINT) for words in self.words)

    def values_in(self, text: str) -> dict[str, str] | None:
        """Return what a text fills in, None if it is not this sentence; each place takes as little as it can."""
        first, last = self.words[0], self.words[-1]
        if not self.names:
            return {} if text == first else None
        if not (text.startswith(first) and text.endswith(last)) or len(text) < len(first) + len(last):
            return None
        values, begin, stop = {}, len(first), len(text) - len(last)
        for name, words in zip(self.names, self.words[1:-1], strict=False):
            end = text.find(words, begin, stop)
            if end < 0:
                return None
            values[name] = text[begin:end]
            begin = end + len(words)
        return {**values, self.names[-1]: text[begin:stop]}


def said(reason: str, language: str) -> str:
    """Return a reason in the language of the table or report."""
    return in_vietnamese(reason) if language == "vi" else reason


@functools.lru_cache(maxsize=_KEPT)
def value_said(value: str, language: str) -> str:
    """Return a value that is words of ours in the language of the table or report; any other as it is."""
    for entry in _values() if language == "vi" else ():
        filled_in = entry.values_in(value)
        if filled_in is not None:
            return _filled(entry, filled_in, 0)
    return value


@functools.lru_cache(maxsize=_KEPT)
def in_vietnamese(text: str) -> str:
    """Return a reason in Vietnamese, with what is not known left as it is."""
    return _told(text, 0)


def entries_of(texts: t.Mapping[str, t.Iterable[t.Mapping[str, str]]]) -> list[Entry]:
    """Return the sentences of all sections, those first that fit least: by their beginning, then by all their words.

    What begins a text is the sentence around all others in it.
    """
    entries = [_entry(one["en"], one["vi"]) for section in texts.values() for one in section]
    return sorted(entries, key=lambda entry: (-len(entry.words[0]), -sum(map(len, entry.words)), entry.words))


def _entry(english: str, vietnamese: str) -> Entry:
    pieces = _PLACE.split(english)
    return Entry(tuple(pieces[::2]), tuple(pieces[1::2]), tuple(_PLACE.split(vietnamese)))


@functools.cache
def _texts() -> dict[str, list[dict[str, str]]]:
    """Return the sections of the file; none if it cannot be read: a table in English is better than no table."""
    try:
        return t.cast("dict[str, list[dict[str, str]]]", _yaml.load(_REASONS))
    except (OSError, _yaml.YamlError):
        return {}


@functools.cache
def _values() -> list[Entry]:
    return entries_of({"values": _texts().get("values", ())})


@functools.cache
def _entries() -> dict[int, list[Entry]]:
    """Return the entries by the number of their joints, the highest first."""
    entries = entries_of(_texts())
    numbers = sorted({entry.joints for entry in entries}, reverse=True)
    return {number: [entry for entry in entries if entry.joints == number] for number in numbers}


def _told(text: str, depth: int) -> str:
    if depth == _DEEPEST:
        return text
    pieces = _JOINTS.split(text, _MOST)  # a joint stands between every two
    told: list[str] = []
    place = 0
    while place < len(pieces):
        sentence, end = _sentence(pieces, place, depth)
        told += [sentence, *pieces[end : end + 1]]
        place = end + 1
    return "".join(told)


def _sentence(pieces: list[str], place: int, depth: int) -> tuple[str, int]:
    """Return the sentence that begins at a piece, in Vietnamese, and where it ends."""
    for joints, entries in _entries().items():
        end = place + 2 * joints + 1
        text = "".join(pieces[place:end])
        for entry in entries:
            values = entry.values_in(text)
            if values is not None:
                return _filled(entry, values, depth), end
    return pieces[place], place + 1


def _filled(entry: Entry, values: t.Mapping[str, str], depth: int) -> str:
    filled = list(entry.vietnamese)
    for place in range(1, len(filled), 2):
        name = filled[place]
        filled[place] = _told(values[name], depth + 1) if name == _SENTENCE else values[name]
    return "".join(filled)
