# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""The kinds of records that the register keeps, as data: fields, keys, and what each field may hold."""

from __future__ import annotations

import functools
import re
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._register import addresses, life_cycle, text, words

Parse = t.Callable[[t.Any], t.Any]


class Field(t.NamedTuple):
    """One value of a record. ``past``: a date that cannot lie ahead; ``refers_to``: the kind whose key it is."""

    name: str
    parse: Parse
    required: bool = False
    past: bool = False
    refers_to: str | None = None


class Parts(t.NamedTuple):
    """Several values of a record, in a table of their own; parts of one field are plain values, else dictionaries."""

    name: str
    table: str
    fields: tuple[Field, ...]

    @property
    def is_plain(self) -> bool:
        return len(self.fields) == 1


class Kind(t.NamedTuple):
    """A kind of records: what its key is and what it holds. The key of a record never changes."""

    name: str
    table: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    parts: tuple[Parts, ...] = ()
    # Fields that the register itself sets, through verbs of their own.
    own: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*(field.name for field in self.fields), *self.own)


def _line(longest: int) -> Parse:
    return functools.partial(text.line, longest=longest)


def _one_of(*choices: str) -> Parse:
    def parse(value: t.Any) -> str:
        if value not in choices:
            raise text.WrongError(f"one of {', '.join(choices)}")
        return str(value)

    return parse


def _word(value: t.Any) -> str:
    word = text.line(value, 64)
    if not re.fullmatch(r"[A-Za-z0-9][\w.@/-]*", word, re.ASCII):
        raise text.WrongError("a word of letters without accents, digits and . _ - @ /")
    return word


def _code(value: t.Any) -> str:
    """A number that a maker or an office gave: capital and small letters are the same."""
    return text.line(value, 64).upper()


def _count(value: t.Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise text.WrongError("a whole number, not negative")
    return value


def _sha256(value: t.Any) -> str:
    digest = text.line(value, 64).lower()
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise text.WrongError("a SHA-256 in 64 hexadecimal digits")
    return digest


_NOTE: Parse = functools.partial(text.lines, longest=4000)
_DEVICES = Field("device", _line(64), required=True, refers_to="device")
_CUSTODIAN = Field("custodian", _word, refers_to="person")

DEVICE = Kind(
    "device",
    "devices",
    ("name",),
    (
        Field("name", _line(64), required=True),
        Field("class", _one_of(*words.CLASSES), required=True),
        Field("type", _line(64)),
        Field("platform", _one_of(*words.PLATFORMS)),
        Field("make", _line(64)),
        Field("model", _line(128)),
        Field("serial", _code),
        Field("asset_tag", _code),
        Field("zone", _word),
        Field("department", _line(128)),
        Field("location", _line(128)),
        _CUSTODIAN,
        Field("system", _line(128)),
        Field("origin", _line(64)),
        Field("secrecy", _line(32)),
        Field("received_on", addresses.date, past=True),
        Field("connected_on", addresses.date, past=True),
        Field("warranty_until", addresses.date),
        Field("note", _NOTE),
    ),
    (
        Parts("macs", "device_macs", (Field("mac", addresses.mac, required=True),)),
        Parts("ips", "device_ips", (Field("ip", addresses.ip, required=True),)),
        Parts(
            "media",
            "device_media",
            (
                Field("serial", _code, required=True),
                Field("kind", _one_of(*words.MEDIA), required=True),
                Field("model", _line(128)),
                Field("bytes", _count),
            ),
        ),
        Parts(
            "software",
            "device_software",
            (Field("name", _line(128), required=True), Field("version", _line(64))),
        ),
        Parts(
            "licences",
            "device_licences",
            (
                Field("product", _line(128), required=True),
                Field("reference", _line(64)),
                Field("seats", _count),
                Field("expires_on", addresses.date),
            ),
        ),
    ),
    own=("state",),
)
PERSON = Kind(
    "person",
    "people",
    ("code",),
    (
        Field("code", _word, required=True),
        Field("name", _line(128), required=True),
        Field("post", _line(128)),
        Field("department", _line(128)),
        Field("commitment", _line(128)),
        Field("started_on", addresses.date),
        Field("left_on", addresses.date),
    ),
    (Parts("roles", "person_roles", (Field("role", _one_of(*words.ROLES), required=True),)),),
)
APPROVAL = Kind(
    "approval",
    "approvals",
    ("number", "dated_on", "subject"),
    (
        Field("number", _line(64), required=True),
        Field("dated_on", addresses.date, required=True, past=True),
        Field("subject", _line(256), required=True),
        Field("signer", _line(128), required=True, refers_to="person"),
        Field("scope", _NOTE),
        Field("expires_on", addresses.date),
    ),
    (Parts("devices", "approval_devices", (_DEVICES,)),),
)
EXCEPTION = Kind(
    "exception",
    "exceptions",
    ("control", "row", "device", "group", "document"),
    (
        Field("control", _word, required=True),
        Field("row", _word),
        Field("device", _line(64), refers_to="device"),
        Field("group", _word),
        Field("reason", _NOTE, required=True),
        Field("approver", _line(128), required=True),
        Field("document", _line(128), required=True),
        Field("expires", addresses.date, required=True),
        Field("withdrawn_on", addresses.date, past=True),
    ),
)
DOCUMENT = Kind(
    "document",
    "documents",
    ("number", "dated_on", "title"),
    (
        Field("number", _line(64), required=True),
        Field("dated_on", addresses.date, required=True, past=True),
        Field("title", _line(256), required=True),
        Field("form", _word),
        Field("path", _line(512)),
        Field("sha256", _sha256),
    ),
    (Parts("devices", "document_devices", (_DEVICES,)),),
)
SANITISATION = Kind(
    "sanitisation",
    "sanitisations",
    ("device", "medium", "done_on", "method"),
    (
        Field("device", _line(64), required=True, refers_to="device"),
        Field("medium", _code, required=True),
        Field("done_on", addresses.date, required=True, past=True),
        Field("method", _line(64), required=True),
        Field("tool", _line(128)),
        Field("result", _one_of("done", "failed"), required=True),
        Field("done_by", _line(128), required=True),
        Field("verified_by", _line(128)),
        Field("verified_on", addresses.date, past=True),
        Field("document", _line(128)),
        Field("detail", _NOTE),
    ),
)
DUTY = Kind(
    "duty",
    "duties_done",
    ("duty", "period"),
    (
        Field("duty", _word, required=True),
        Field("period", _word, required=True),
        Field("done_on", addresses.date, required=True, past=True),
        Field("done_by", _line(128), required=True),
        Field("document", _line(128)),
        Field("note", _NOTE),
    ),
)
PROPOSAL = Kind(
    "proposal",
    "proposals",
    ("mac",),
    (
        Field("mac", addresses.mac, required=True),
        Field("ip", addresses.ip),
        Field("zone", _word),
        Field("hostname", _line(253)),
        Field("seen_by", _line(128), required=True),
        Field("first_seen_on", addresses.date, required=True, past=True),
        Field("last_seen_on", addresses.date, required=True, past=True),
        Field("answer", _one_of("open", "registered", "removed"), required=True),
        Field("note", _NOTE),
    ),
)

KINDS = {
    kind.name: kind
    for kind in (DEVICE, PERSON, APPROVAL, EXCEPTION, DOCUMENT, SANITISATION, DUTY, PROPOSAL)
}  # fmt: skip
STATE_FIELD = Field("state", _one_of(*life_cycle.STATES), required=True)
