# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import ReadingVerb, in_both
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Reader


class ActionModule(ReadingVerb):
    """Fails if somebody changed the register past its verbs."""

    ARGUMENTS: t.ClassVar = {
        "anchors": {
            "type": "list",
            "elements": "dict",
            "default": [],
            "options": {"events": {"type": "int", "required": True}, "hash": {"type": "str", "required": True}},
        },
        "evidence": {"type": "path"},
        "fail": {"type": "bool", "default": True},
    }

    def answer(self, reader: Reader, arguments: Arguments) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._register import events, verification

        anchors = [events.Head(**anchor) for anchor in arguments["anchors"]]
        anchors += [events.Head(*head) for head in self._kept(arguments["evidence"])]
        verdict = verification.verify(reader, anchors)
        return {
            "changed": False,
            "failed": bool(verdict.faults) and arguments["fail"],
            "msg": in_both(str(verdict), verdict.said(in_vietnamese)),
            "faults": list(verdict.faults),
            "head": verdict.head._asdict(),
        }

    @staticmethod
    def _kept(evidence: str | None) -> list[tuple[int, str]]:
        """Return the heads that the records of a folder of evidence keep."""
        if evidence is None:
            return []
        from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import anchoring, store

        folder = Path(evidence).resolve()
        store.check_is_evidence(folder)
        try:
            return anchoring.heads_in(folder)
        except OSError as error:
            raise store.EvidenceError(f"{error.filename}: {error.strerror}") from error
