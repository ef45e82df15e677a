# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import typing as t
from pathlib import Path

from ansible_collections.commune.baseline.plugins.plugin_utils._door import site_register
from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import ControllerVerb, in_both
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.store import EvidenceError
from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese

if t.TYPE_CHECKING:
    from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import Arguments, Result
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.anchoring import Anchor
    from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.verification import Verdict


class ActionModule(ControllerVerb):
    """Looks for what was changed in a folder of evidence."""

    _COMMON: t.ClassVar = {}
    ARGUMENTS: t.ClassVar = {
        "folder": {"type": "path", "required": True},
        "public_key": {"type": "path", "required": True},
        "last": {"type": "str"},
        "register": {"type": "str"},
    }

    def _act(self, arguments: Arguments, variables: dict[str, t.Any]) -> Result:
        from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import verification

        folder, public_key = (Path(arguments[name]).resolve() for name in ("folder", "public_key"))
        try:
            anchors = self._anchors(arguments["register"], variables)
            verdict = verification.verify(folder, verification.public_key_of(public_key), arguments["last"], anchors)
        except OSError as error:
            raise EvidenceError(f"cannot read {error.filename}: {error.strerror}") from error
        doubts = [verdict.unseen] if verdict.unseen else []
        if verdict.elsewhere:
            doubts.append(
                f"the register is anchored to {verdict.elsewhere} bundles that are no part of this folder: if no other "
                "folder of evidence holds them, all that was here before was removed"
            )
        if public_key.is_relative_to(folder):
            doubts.append(f"{public_key} lies in the folder that it is to prove: whoever changed one could change both")
        warnings = [in_both(one, in_vietnamese(one)) for one in doubts]
        result = {"changed": False, **verdict._asdict(), "warnings": warnings}
        if verdict.faults:
            result |= {
                "failed": True,
                "msg": in_both(_message(folder, verdict, str), _message(folder, verdict, in_vietnamese)),
            }
        return result

    @staticmethod
    def _anchors(given: str | None, variables: dict[str, t.Any]) -> list[Anchor] | None:
        """Return the anchors of the register, None if none is given."""
        if given is None:
            return None
        from ansible_collections.commune.baseline.plugins.plugin_utils._evidence import storing
        from ansible_collections.commune.baseline.plugins.plugin_utils._register.register import Register

        register = Register.open(site_register.place_of(given, variables))
        with contextlib.closing(register), register.read() as reader:
            return storing.anchors_in(reader)


def _message(folder: Path, verdict: Verdict, translate: t.Callable[[str], str]) -> str:
    head = translate(f"the evidence in {folder} is not whole")
    return "\n".join([f"{head}:", *map(translate, verdict.faults)])
