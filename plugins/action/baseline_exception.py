# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import RecordVerb, arguments_of
from ansible_collections.commune.baseline.plugins.plugin_utils._register.errors import (
    Fault,
    RecordError,
    RegisterError,
)
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import EXCEPTION

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Writer

_CATALOGUE = Path(__file__).parents[2] / "catalogue"
_ID = re.compile(r"[A-Z]+-\d+", re.ASCII)


class ActionModule(RecordVerb):
    """Records what devices need not meet until a day, or changes or withdraws that."""

    KIND = EXCEPTION
    ARGUMENTS: t.ClassVar = arguments_of(EXCEPTION)

    def change(self, writer: Writer, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._register import records

        # One that was granted can be withdrawn, whatever became of its control.
        is_new = records.lookup(writer, EXCEPTION, self.given(EXCEPTION, arguments)) is None
        faults = _faults_of_control(arguments["control"]) if is_new else []
        try:
            result = super().change(writer, arguments)
        except RecordError as error:
            others = [fault for fault in error.faults if not faults or fault.field != "control"]
            raise RecordError(error.record, [*faults, *others]) from None
        if faults:
            raise RecordError(f"exception {arguments['control']!s:.64}", faults)
        return result


def _faults_of_control(control: t.Any) -> list[Fault]:
    from ansible_collections.commune.baseline.plugins.plugin_utils import _catalogue

    unknown = [Fault("control", f"{control!r:.60}", "the id of a control of the catalogue, such as SV-02")]
    if not isinstance(control, str) or not _ID.fullmatch(control.strip()):
        return unknown
    try:
        _catalogue.Catalogue(_CATALOGUE).control(control.strip())
    except _catalogue.UnknownControlError:
        return unknown
    except (_catalogue.CatalogueError, OSError) as error:
        raise RegisterError(str(error)) from error
    return []
