# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Objects of .NET and COM that a script makes: streams in memory, moments, XML, and the Windows Update Agent.

The agent as Microsoft Learn has it (wua_sdk: IAutomaticUpdatesResults, IUpdateSearcher, ISearchResult, IUpdate): its
times are in UTC, one that never was is empty, and a search that is not online tells what the last one found.
"""

from __future__ import annotations

import datetime
import gzip
import typing as t
from collections.abc import Callable
from xml.etree import ElementTree

from tests.doubles.windows.machine import Machine
from tests.doubles.windows.values import NOTHING, NetObject, PowerShellError, Record, UnsupportedError, as_text

_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_SUCCEEDED = 2  # OperationResultCode


def filetime(moment: datetime.datetime) -> int:
    """Return a moment as Windows counts: in tenths of microseconds since 1601."""
    return (moment - _EPOCH) // datetime.timedelta(microseconds=1) * 10


class Moment(NetObject):
    """System.DateTime."""

    def __init__(self, moment: datetime.datetime) -> None:
        self.moment = moment
        self.methods = {
            "addseconds": lambda seconds: Moment(moment + datetime.timedelta(seconds=seconds)),
            "tofiletimeutc": lambda: filetime(moment),
        }


class Encoding(NetObject):
    """System.Text.Encoding; only what writes a file puts the mark before the text."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        self.methods = {"getbytes": lambda text: text.encode(codec.removesuffix("-sig"))}


class MemoryStream(NetObject):
    def __init__(self) -> None:
        self.content = b""
        self.methods = {"toarray": lambda: self.content}


class GZipStream(NetObject):
    """What is written is packed when the stream is closed."""

    def __init__(self, target: MemoryStream, mode: str) -> None:
        if mode != "Compress":
            raise UnsupportedError(f"CompressionMode {mode}")
        self._target, self._plain = target, b""
        self.methods = {"write": self._write, "close": self._close}

    def _write(self, content: bytes, start: int, count: int) -> t.Any:
        self._plain += content[start : start + count]
        return NOTHING

    def _close(self) -> t.Any:
        self._target.content = gzip.compress(self._plain)
        return NOTHING


def xml(value: t.Any) -> Record:
    """Return a document as the cast [xml] shows it: elements by their local names, one with text alone as its text."""
    try:
        root = ElementTree.fromstring(as_text(value))  # noqa: S314 - a test wrote it
    except ElementTree.ParseError as error:
        raise PowerShellError(f'Cannot convert value to type "System.Xml.XmlDocument". Error: "{error}"') from None
    return Record({_local(root): _shown(root)})


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _shown(element: ElementTree.Element) -> t.Any:
    if not len(element):
        return element.text or ""
    return Record({_local(child): _shown(child) for child in element})


class _Searcher(NetObject):
    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.properties = {"online": True}
        self.methods = {"search": self._search}

    def _search(self, criteria: str) -> Record:
        if self.properties["online"]:
            raise UnsupportedError("a search over the network")
        if criteria != "IsInstalled=0 and IsHidden=0 and Type='Software'":
            raise UnsupportedError(f"criteria {criteria}")
        self._machine.require("wuauserv")
        updates = [Record({**one, "LastDeploymentChangeTime": Moment(one["LastDeploymentChangeTime"])})
                   for one in self._machine.pending]  # fmt: skip
        return Record({"ResultCode": self._machine.search_result, "Updates": updates})


def com_object(machine: Machine, name: str) -> NetObject | Record:
    """Return what New-Object -ComObject gives for a name of the Windows Update Agent."""
    known: dict[str, Callable[[], NetObject | Record]] = {
        "microsoft.update.autoupdate": lambda: Record(
            {"Results": Record({"LastSearchSuccessDate": _searched(machine)})}
        ),
        "microsoft.update.session": lambda: _Session(machine),
    }
    if name.lower() not in known:
        raise UnsupportedError(f"COM object {name}")
    return known[name.lower()]()


class _Session(NetObject):
    def __init__(self, machine: Machine) -> None:
        self.methods = {"createupdatesearcher": lambda: _Searcher(machine)}


def _searched(machine: Machine) -> Moment | None:
    return None if machine.searched is None else Moment(machine.searched)
