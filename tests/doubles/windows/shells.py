# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two sorts of shells behind WS-Management: one of cmd (WinRS), as winrm uses it, and one of PowerShell (PSRP)."""

from __future__ import annotations

import base64
import re
import typing as t
import uuid
from collections.abc import Callable

import psrpcore
import psrpcore.types

from tests.doubles.windows.envelope import NOT_YET, SHELL, Answer, Request, command_created, shell_created


class Printed(t.NamedTuple):
    """What a script printed, and the error that ended it."""

    output: str = ""
    error: str | None = None


Execute = Callable[[str, str | None], Printed]  # a script, and what is piped into it


class CommandShell:
    """WinRS: a command runs once its standard input has ended, or at once if it has the console's."""

    def __init__(self, name: str, execute: Execute) -> None:
        self._name, self._execute = name, execute
        self._scripts: dict[str, str] = {}
        self._input: dict[str, bytes] = {}
        self._output: dict[str, Printed] = {}

    def create(self, _request: Request) -> Answer:
        return shell_created(self._name)

    def command(self, request: Request) -> Answer:
        words = [request.text("rsp:Command") or "", *request.texts("rsp:Arguments")]
        encoded = re.fullmatch(r"(?i)powershell(?:\.exe)?\b.*-EncodedCommand (\S+)", " ".join(words))
        if not encoded:
            raise ValueError(f"a command other than PowerShell: {words[0]}")
        name = str(uuid.uuid4()).upper()
        self._scripts[name] = base64.b64decode(encoded[1]).decode("utf-16-le")
        self._input[name] = b""
        if request.text("w:Option[@Name='WINRS_CONSOLEMODE_STDIN']") == "TRUE":
            self._output[name] = self._execute(self._scripts[name], None)
        return command_created(name)

    def send(self, request: Request) -> Answer:
        stream = request.need("rsp:Stream")
        name = stream.get("CommandId", "")
        self._input[name] += base64.b64decode(stream.text or "")
        if stream.get("End", "").lower() == "true":
            self._output[name] = self._execute(self._scripts[name], self._input[name].decode())
        return Answer("<rsp:SendResponse/>")

    def receive(self, request: Request) -> Answer:
        name = request.need("rsp:DesiredStream").get("CommandId", "")
        if name not in self._output:
            return NOT_YET
        printed = self._output.pop(name)
        streams = "".join(
            f'<rsp:Stream Name="{stream}" CommandId="{name}">{base64.b64encode(text.encode()).decode()}</rsp:Stream>'
            for stream, text in (("stdout", printed.output), ("stderr", printed.error or ""))
        )
        code = 0 if printed.error is None else 1
        return Answer(
            f'<rsp:ReceiveResponse>{streams}<rsp:CommandState CommandId="{name}" State="{SHELL}/CommandState/Done">'
            f"<rsp:ExitCode>{code}</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>"
        )

    def signal(self, _request: Request) -> Answer:
        return Answer("<rsp:SignalResponse/>")


class PowerShellShell:
    """PSRP: a pool of runspaces, of which psrpcore keeps the server's side."""

    def __init__(self, name: str, execute: Execute) -> None:
        self._name, self._execute = name, execute
        version = psrpcore.types.PSVersion("5.1.22621.1")
        self._pool = psrpcore.ServerRunspacePool(application_private_data={"PSVersionTable": {"PSVersion": version}})
        self._pipelines: dict[uuid.UUID, psrpcore.ServerPipeline] = {}
        self._piped: dict[uuid.UUID, list[str]] = {}
        self._output: dict[uuid.UUID | None, list[bytes]] = {}

    def create(self, request: Request) -> Answer:
        given = request.need("rsp:Shell").get("ShellId")
        self._name = (given or self._name).upper()
        self._take(request.text("p:creationXml"), None)
        return shell_created(self._name)

    @property
    def name(self) -> str:
        return self._name

    def command(self, request: Request) -> Answer:
        name = request.need("rsp:CommandLine").get("CommandId", "")
        pipeline = uuid.UUID(name)
        self._pipelines[pipeline] = psrpcore.ServerPipeline(self._pool, pipeline)
        self._piped[pipeline] = []
        self._take(request.text("rsp:Arguments"), pipeline)
        return command_created(name)

    def send(self, request: Request) -> Answer:
        stream = request.need("rsp:Stream")
        name = stream.get("CommandId")
        self._take(stream.text, uuid.UUID(name) if name else None)
        return Answer("<rsp:SendResponse/>")

    def receive(self, request: Request) -> Answer:
        name = request.need("rsp:DesiredStream").get("CommandId")
        fragments = self._output.pop(uuid.UUID(name) if name else None, None)
        if fragments is None:
            return NOT_YET
        owner = f' CommandId="{name}"' if name else ""
        streams = "".join(
            f'<rsp:Stream Name="stdout"{owner}>{base64.b64encode(one).decode()}</rsp:Stream>' for one in fragments
        )
        state = f'<rsp:CommandState CommandId="{name}" State="{SHELL}/CommandState/Running"/>' if name else ""
        return Answer(f"<rsp:ReceiveResponse>{streams}{state}</rsp:ReceiveResponse>")

    def signal(self, _request: Request) -> Answer:
        return Answer("<rsp:SignalResponse/>")

    def _take(self, text: str | None, pipeline: uuid.UUID | None) -> None:
        content = base64.b64decode(text or "")
        self._pool.receive_data(psrpcore.PSRPPayload(content, psrpcore.StreamType.default, pipeline))
        while (event := self._pool.next_event()) is not None:
            self._on(event)
        while (data := self._pool.data_to_send()) is not None:
            self._output.setdefault(data.pipeline_id, []).append(data.data)

    def _on(self, event: t.Any) -> None:
        if isinstance(event, psrpcore.CreatePipelineEvent):
            pipeline = self._pipelines[event.pipeline_id]
            pipeline.start()
            if pipeline.metadata is not None and pipeline.metadata.no_input:
                self._run(event.pipeline_id, None)
        elif isinstance(event, psrpcore.PipelineInputEvent):
            self._piped[event.pipeline_id].append(str(event.data))
        elif isinstance(event, psrpcore.EndOfPipelineInputEvent):
            self._run(event.pipeline_id, "\n".join(self._piped[event.pipeline_id]))

    def _run(self, name: uuid.UUID, piped: str | None) -> None:
        pipeline = self._pipelines[name]
        script = pipeline.metadata.commands[0].command_text if pipeline.metadata is not None else ""
        printed = self._execute(script, piped)
        if printed.output:
            pipeline.write_output(printed.output)
        if printed.error is not None:
            pipeline.write_error(psrpcore.types.NETException(Message=printed.error))
        pipeline.complete()
