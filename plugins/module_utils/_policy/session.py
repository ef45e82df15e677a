# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""One call of the engine, from the rows it is given to the result that the module returns."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._masking import masked
from ansible_collections.commune.baseline.plugins.module_utils._observation import Observation
from ansible_collections.commune.baseline.plugins.module_utils._policy import (
    engine,
    journal,
    lock,
    login,
    programs,
    revert,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.kind import Row
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

_NO_ROOT = "this needs root: set become to true, or --become"


class CannotRunError(Exception):
    """Nothing could be done; the message says what is in the way."""


def carry_out(rows: t.Sequence[Row], *, run: str, revert_after: int, check_mode: bool, diff: bool) -> dict[str, t.Any]:
    """Bring the rows to their values, or only look; raise CannotRunError if another run is at work or root is missing.

    ``taken_back`` names earlier runs whose unconfirmed changes were taken back first, ``warnings`` tells what could not
    be.
    """
    warnings: list[str] = []
    with programs.keeping_answers() if check_mode else _alone():
        taken_back = [] if check_mode else _taken_back(warnings)
        account = login.account()
        writer = Writer(journal.Journal(run), check_mode=check_mode, revert_after=revert_after, account=account)
        observations = engine.run(rows, writer)
    seen: dict[str, t.Any] = masked(_result(observations, diff=diff))  # before Ansible can print it with -vvv
    told = {"warnings": warnings} if warnings else {}
    return {**seen, "armed": writer.revert.is_armed, "taken_back": taken_back, **told}


@contextlib.contextmanager
def _alone() -> t.Iterator[None]:
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(lock.alone(journal.FOLDER, wait=False))
        except BlockingIOError:
            raise CannotRunError(lock.BUSY) from None
        except PermissionError:
            raise CannotRunError(_NO_ROOT) from None
        yield


def _taken_back(warnings: list[str]) -> list[str]:
    """Take back what earlier runs left unconfirmed; what cannot be put back is told and keeps nobody from the rest."""
    try:
        return revert.take_back_unconfirmed(journal.FOLDER)
    except OSError as error:
        warnings.append(f"an earlier run could not be taken back wholly: {error.strerror}")
        return []


def _result(observations: list[Observation], *, diff: bool) -> dict[str, t.Any]:
    touched = [seen for seen in observations if seen.changed or seen.would_change]
    result: dict[str, t.Any] = {
        "changed": bool(touched),
        "observations": [seen.as_dict() for seen in observations],
    }
    if diff:
        result["diff"] = {
            "before": {seen.id: seen.before for seen in touched},
            "after": {seen.id: seen.desired if seen.would_change else seen.after for seen in touched},
        }
    return result
