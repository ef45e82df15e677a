# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Kind ``apt_source``: where apt fetches packages, and whether their signatures count.

Field of a row: ``attribute``:

- ``unsigned``: the sources with an option that makes apt take what is not signed, or badly. Only read.
- ``mirror``: the sources on the network that are not below an address, that of the site's own mirror. Of those of
  Debian and Ubuntu the part of the address before ``/debian`` and its kin is changed; suites and keys stay, since a
  mirror hands on what the archive signed. Other sources are left to a person.
- ``proxy``: by which proxy apt goes, as apt itself says.

Of the first two, the value is the sources at fault, with their places; a row is met by none. The kind comes before that
of packages, for which a device may need the mirror or the proxy.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import apt_sources, custody
from ansible_collections.commune.baseline.plugins.module_utils._policy.apt_sources import Source
from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import apt_conf
from ansible_collections.commune.baseline.plugins.module_utils._policy.probes import apt
from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]

OPTIONS = "/etc/apt/apt.conf.d/zz-commune-baseline.conf"
_PROXY = "Acquire::http::Proxy"
FIELDS: t.Mapping[str, t.Any] = {"attribute": ("unsigned", "mirror", "proxy")}
REQUIRED = frozenset({"attribute"})
COMPARISONS: t.Sequence[str] = ("==",)
_LOOSE = ("trusted", "allow-insecure", "allow-weak", "allow-downgrade-to-insecure")
_YES = ("yes", "true", "with", "on", "enable", "1")
_LOCAL = ("file:", "cdrom:", "copy:")
_MIRRORED = re.compile(r"[a-z+]+://\S*/(debian(?:-security|-debug|-backports)?|ubuntu(?:-ports)?)/?")


def fault_of_desired(row: Row, desired: t.Any) -> str | None:
    """Return what is wrong with an address, None if nothing is."""
    address = re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./~-]*\w)?", str(desired), re.ASCII)
    if row["attribute"] == "unsigned" or address or (row["attribute"] == "proxy" and desired == "DIRECT"):
        return None
    if row["attribute"] == "proxy":
        return (
            "the address of a proxy looks like http://10.20.0.5:3142, without a name and a password; DIRECT means none"
        )
    return "the address of a mirror looks like http://10.20.0.5, without a name, a password and a slash at its end"


def observe(rows: t.Sequence[Row]) -> dict[str, Reading]:
    """Tell of every row which sources are at fault, from one reading of the files."""
    try:
        sources = [one for path, text in apt_sources.files().items() for one in apt_sources.parse(path, text)]
        readings = {row["id"]: Reading("\n".join(_faults(row, sources))) for row in rows if row["attribute"] != "proxy"}
        hands = [reason for reason in map(custody.why_in_other_hands, {one.path for one in sources}) if reason]
    except OSError as error:
        return {row["id"]: Reading(unreadable=f"cannot read the sources of apt: {error.strerror}") for row in rows}
    weakness = min(hands, default=None)
    readings = {id_: dataclasses.replace(reading, weakness=weakness) for id_, reading in readings.items()}
    proxy = apt.read_keys([_PROXY])[_PROXY]
    return {**readings, **{row["id"]: proxy for row in rows if row["attribute"] == "proxy"}}


def compare(row: Row, reading: Reading) -> bool:
    return bool(reading.value == (row["desired"] if row["attribute"] == "proxy" else ""))


def apply(rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]:
    """Lead apt by the proxy, and the sources of Debian and Ubuntu to the mirror, each file once."""
    return {row["id"]: _WRITERS[row["attribute"]](row, writer) for row in rows}


def _leave(_row: Row, _writer: Writer) -> Write:
    return Write()


def _set_proxy(row: Row, writer: Writer) -> Write:
    try:
        old = file_state.capture(OPTIONS)
        text = old.text if old else f"{file_state.HEADER}\n"
        content = apt_conf.write(text, _PROXY, row["desired"]).encode(errors="surrogateescape")
        new = dataclasses.replace(old, content=content) if old else file_state.FileState(content)
        return Write(changes=writer.put("file", OPTIONS, old=old, new=new))
    except OSError as error:
        return Write(error=f"cannot write {OPTIONS}: {error.strerror}")


def _lead(row: Row, writer: Writer) -> Write:
    changes = False
    try:
        for path, text in apt_sources.files().items():
            new = {
                address: _mirrored(address, row["desired"])
                for source in apt_sources.parse(path, text)
                for address in _strangers(source, row["desired"])
            }
            changed = apt_sources.with_addresses(path, text, {old: to for old, to in new.items() if to})
            old = file_state.capture(path)
            if old is not None and changed != text:
                content = changed.encode(errors="surrogateescape")
                changes |= writer.put("file", path, old=old, new=dataclasses.replace(old, content=content))
    except OSError as error:
        return Write(changes=changes, error=f"cannot change the sources of apt: {error.strerror}")
    return Write(changes=changes)


def _mirrored(address: str, mirror: str) -> str | None:
    found = _MIRRORED.fullmatch(address)
    return f"{mirror}/{found[1]}" if found else None


def _faults(row: Row, sources: t.Iterable[Source]) -> list[str]:
    of_one = _loose_options if row["attribute"] == "unsigned" else lambda one: _strangers(one, row["desired"])
    return [f"{one.path}:{one.line} {fault}" for one in sources for fault in of_one(one)]


def _loose_options(source: Source) -> list[str]:
    return [f"{name}=yes" for name in _LOOSE if source.options.get(name, "").lower() in _YES]


def _strangers(source: Source, mirror: str) -> list[str]:
    return [one for one in source.addresses if not one.startswith((*_LOCAL, f"{mirror}/"))]


_WRITERS: dict[str, t.Callable[[Row, Writer], Write]] = {"unsigned": _leave, "mirror": _lead, "proxy": _set_proxy}
