# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What all verbs of the register have in common: they run on the controller, in one transaction, and need no device."""

from __future__ import annotations

import abc
import contextlib
import json
import sys
import tempfile
import typing as t
from pathlib import Path

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.template import trust_as_template

from ansible_collections.commune.baseline.plugins.plugin_utils._door import site_register
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.operator import operator
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import RegisterError
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import Kind
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.records import Change
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader, Register, Writer

Arguments = t.Mapping[str, t.Any]
Result = dict[str, t.Any]

_REGISTER = {"register": {"type": "str"}}
_CREATE = {"create": {"type": "bool", "default": False}}
VERSION: dict[str, dict[str, t.Any]] = {"version": {"type": "int"}}
# Ansible keeps "exception" of a result for itself.
_RESULTS = {"exception": "baseline_exception"}
_VARIABLES = (site_register.VARIABLE, site_register.ZONES)


def arguments_of(kind: Kind) -> dict[str, dict[str, t.Any]]:
    """Return the options that are the fields of a record. The register judges them, and tells all faults at once.

    They come as they were typed: as text, 00123 of YAML would be 83, and version 24.10 would be 24.1.
    """
    fields: dict[str, dict[str, t.Any]] = {
        field.name: {"type": "raw", "required": field.name in kind.key and field.required} for field in kind.fields
    }
    return {**fields, **{parts.name: {"type": "list", "elements": "raw"} for parts in kind.parts}, **VERSION}


def in_both(english: str, vietnamese: str) -> str:
    """Return a message as the person at the keyboard sees it: Vietnamese first, then English."""
    return english if english == vietnamese else f"{vietnamese}\n{english}"


class ControllerVerb(ActionBase):
    """Runs on the controller, and tells an error of the register in one sentence."""

    ARGUMENTS: t.ClassVar[dict[str, dict[str, t.Any]]] = {}
    _COMMON: t.ClassVar[dict[str, dict[str, t.Any]]] = _REGISTER

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        variables = task_vars or {}
        super().run(tmp, variables)
        arguments = self.validate_argument_spec({**self._COMMON, **self.ARGUMENTS})[1]
        try:
            return self._act(arguments, variables)
        except RegisterError as error:
            told = [{**fault._asdict(), "vi": fault.said(in_vietnamese)} for fault in error.faults]
            faults = {"faults": told} if told else {}
            return {"failed": True, "msg": in_both(str(error), error.said(in_vietnamese)), **faults}
        except EvidenceError as error:
            return {"failed": True, "msg": in_both(str(error), in_vietnamese(str(error)))}
        except ImportError as error:
            raise AnsibleActionFail(
                f"{self._task.action} needs the Python library {error.name}, which {sys.executable} does not find; "
                "install the project with its libraries (pip install .)"
            ) from error

    @abc.abstractmethod
    def _act(self, arguments: Arguments, variables: dict[str, t.Any]) -> Result:
        """Do what the verb is for; raise RegisterError if it cannot be done."""


class RegisterVerb(ControllerVerb):
    """Opens the register of the site and gives one of the two kinds of verbs what it works with."""

    def _act(self, arguments: Arguments, variables: dict[str, t.Any]) -> Result:
        with self._opened(arguments, variables) as register:
            return self._perform(register, arguments)

    @abc.abstractmethod
    def _perform(self, register: Register, arguments: Arguments) -> Result:
        """Do what the verb is for."""

    def given(self, kind: Kind, arguments: Arguments) -> Result:
        """Return the fields of a record that the task names; one that it names as null is to be taken away."""
        known = {*(field.name for field in kind.fields), *(parts.name for parts in kind.parts)}
        names = known & self._task.args.keys()
        return {name: arguments[name] for name in names}

    @contextlib.contextmanager
    def _opened(self, arguments: Arguments, variables: dict[str, t.Any]) -> t.Iterator[Register]:
        # SQLAlchemy is no part of Ansible: without it, this import is what fails.
        from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

        with contextlib.ExitStack() as stack:
            creating = arguments.get("create", False)
            resolved = {**variables, **self._resolved(variables)}
            place = site_register.place_of(arguments["register"], resolved)
            if self._task.check_mode and creating and "://" not in place and not Path(place).exists():
                place = str(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "register.db")
            self.folder, self.place = site_register.folder_of(resolved), place
            register = Register.open(place, create=creating, zones=site_register.zones_of(resolved))
            stack.callback(register.close)
            yield register

    def _resolved(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the site's variables about the register, which may be templates of the site."""
        templar = self._templar.copy_with_new_env(available_variables=variables)
        return {
            name: templar.evaluate_expression(trust_as_template(name)) for name in _VARIABLES if name in variables
        }  # fmt: skip


class ReadingVerb(RegisterVerb):
    """A verb that tells something; it sees one moment of the register."""

    @abc.abstractmethod
    def answer(self, reader: Reader, arguments: Arguments) -> Result:
        """Return the result of the task; raise RegisterError if it cannot be told."""

    def _perform(self, register: Register, arguments: Arguments) -> Result:
        with register.read() as reader:
            return self.answer(reader, arguments)


class WritingVerb(RegisterVerb):
    """A verb that changes something: all of it or, on an error and in check mode, nothing."""

    _COMMON: t.ClassVar = {**_REGISTER, **_CREATE}

    @abc.abstractmethod
    def change(self, writer: Writer, arguments: Arguments) -> Result:
        """Return the result of the task; raise RegisterError if nothing is to be stored."""

    def _perform(self, register: Register, arguments: Arguments) -> Result:
        with register.write(operator().who, dry_run=self._task.check_mode) as writer:
            return self.change(writer, arguments)


class RecordVerb(WritingVerb):
    """A verb that adds a record of one kind, or changes the fields that the task names."""

    KIND: t.ClassVar[Kind]

    def change(self, writer: Writer, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._register import records

        how = {"version": arguments["version"], "document": arguments.get("document")}
        return changed(writer, self.KIND, records.put(writer, self.KIND, self.given(self.KIND, arguments), **how))


def changed(writer: Writer, kind: Kind, change: Change) -> Result:
    """Return the result of a verb that puts one record: the record by the name of its kind, its version, its diff."""
    from ansible_collections.commune.baseline.plugins.plugin_utils._register import records

    stored = records.lookup(writer, kind, change.after)
    name = _RESULTS.get(kind.name, kind.name)
    result: Result = {"changed": change.changed, name: change.after, "version": stored.version if stored else 0}
    if change.changed:
        header = f"{kind.name} {change.name}"
        shown = {"before": _shown(change.before or {}), "after": _shown(change.after)}
        result["diff"] = {**shown, "before_header": header, "after_header": header}
    return result


def imported(rows: t.Sequence[tuple[str, Change]]) -> Result:
    """Return the result of a verb that puts many records, each given with its kind."""
    changes = [(f"{kind} {change.name}", change) for kind, change in rows if change.changed]
    result: Result = {
        "changed": bool(changes),
        "added": [name for name, change in changes if change.before is None],
        "updated": [name for name, change in changes if change.before is not None],
        "unchanged": len(rows) - len(changes),
    }
    if changes:
        result["diff"] = [
            {
                **{"before": _shown(change.before or {}), "after": _shown(change.after)},
                **{"before_header": name, "after_header": name},
            }
            for name, change in changes
        ]
    return result


def _shown(record: Result) -> str:
    """Return what a record holds, as text: of a dictionary, Ansible shows no letter of Vietnamese."""
    filled = {name: value for name, value in record.items() if value not in (None, [])}
    return json.dumps(filled, ensure_ascii=False, indent=2, sort_keys=True) + "\n" if filled else ""
