# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SOAP envelopes of WS-Management (DSP0226, MS-WSMV)."""

from __future__ import annotations

import typing as t
import uuid
import xml.etree.ElementTree as ET

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "a": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "w": "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
    "rsp": SHELL,
    "x": "http://schemas.xmlsoap.org/ws/2004/09/transfer",
    "p": "http://schemas.microsoft.com/powershell",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMES.items() if prefix != "p")
_TIMED_OUT = (
    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:TimedOut</s:Value></s:Subcode></s:Code>"
    '<s:Reason><s:Text xml:lang="en-US">The WS-Management service cannot complete the operation within the time '
    "specified in OperationTimeout.</s:Text></s:Reason><s:Detail>"
    '<f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="2150858793" Machine="pc">'
    "<f:Message>timeout</f:Message></f:WSManFault></s:Detail></s:Fault>"
)


class Request:
    """One request, read."""

    def __init__(self, body: bytes) -> None:
        self._root = ET.fromstring(body)  # noqa: S314 - from the tests' own client
        self.action = self.text("a:Action") or ""
        self.operation = self.action.rpartition("/")[2]
        self.message = self.text("a:MessageID") or ""
        self.shell = self.text("w:Selector[@Name='ShellId']")

    def find(self, path: str) -> ET.Element | None:
        return self._root.find(f".//{path}", NAMES)

    def need(self, path: str) -> ET.Element:
        found = self.find(path)
        if found is None:
            raise ValueError(f"{self.operation} without {path}")
        return found

    def text(self, path: str) -> str | None:
        found = self.find(path)
        return None if found is None else found.text

    def texts(self, path: str) -> list[str]:
        return [found.text or "" for found in self._root.findall(f".//{path}", NAMES)]


class Answer(t.NamedTuple):
    """The body of an answer; a fault is no success."""

    body: str
    is_fault: bool = False

    def envelope(self, request: Request) -> bytes:
        action = "fault" if self.is_fault else f"{request.action}Response"
        return (
            f'<s:Envelope {_DECLARED} xml:lang="en-US"><s:Header><a:Action>{action}</a:Action>'
            f"<a:MessageID>uuid:{uuid.uuid4()}</a:MessageID><a:RelatesTo>{request.message}</a:RelatesTo></s:Header>"
            f"<s:Body>{self.body}</s:Body></s:Envelope>"
        ).encode()


NOT_YET = Answer(_TIMED_OUT, is_fault=True)


def shell_created(shell: str) -> Answer:
    return Answer(
        f'<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector>'
        f'</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated><rsp:Shell ShellId="{shell}">'
        f"<rsp:ShellId>{shell}</rsp:ShellId></rsp:Shell>"
    )


def command_created(command: str) -> Answer:
    return Answer(f"<rsp:CommandResponse><rsp:CommandId>{command}</rsp:CommandId></rsp:CommandResponse>")
