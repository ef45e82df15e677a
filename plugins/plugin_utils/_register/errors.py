# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""What can go wrong with the register.

- RegisterError: all of them; the message is one sentence for the person at the keyboard
    - RecordError: a record that cannot be stored, with every fault of it
    - UnknownRecordError: there is no such record
    - TransitionError: the life cycle forbids that step
    - ServiceError: the gate of enrolment has not let the device in
    - ConflictError: somebody else changed the record since it was read
    - SchemaError: there is no register at that place, or one that a newer version wrote
    - StorageError: the database cannot be reached or cannot write
"""

from __future__ import annotations

import typing as t

# Gives a sentence of ours in another language, and whatever else as it is.
Translate = t.Callable[[str], str]


class RegisterError(Exception):
    """Something is wrong with the register or with what it was asked to do."""

    # Named tuples that tell what is wrong in detail, where there can be several things; each has ``said`` too.
    faults: tuple[t.Any, ...] = ()

    def said(self, translate: Translate) -> str:
        """Return the message in another language, sentence by sentence: what was typed may look like one of ours."""
        return translate(str(self))


class Fault(t.NamedTuple):
    """One fault of a record: the field, what stands there (shortened), and what would be right."""

    field: str
    value: str
    right: str

    def __str__(self) -> str:
        return f"{self.field} is {self.value}: {self.right}"

    def said(self, translate: Translate) -> str:
        """Return the fault in another language."""
        return f"{self.field}: {translate(self.value)}: {translate(self.right)}"


class RecordError(RegisterError):
    """A record has faults; all of them are told at once."""

    def __init__(self, record: str, faults: t.Sequence[Fault]) -> None:
        super().__init__(f"{record}: {'; '.join(map(str, faults))}")
        self.record = record
        self.faults = tuple(faults)

    def said(self, translate: Translate) -> str:
        return f"{translate(self.record)}: {'; '.join(fault.said(translate) for fault in self.faults)}"


class UnknownRecordError(RegisterError):
    """No record has this key."""


class TransitionError(RegisterError):
    """A device cannot go from its state to the wanted one."""

    def __init__(self, device: str, state: str, wanted: str, legal: t.Sequence[str]) -> None:
        told = f"from there it can go to {', '.join(legal)}" if legal else "that is the end of its life"
        super().__init__(f"device {device} is {state} and cannot become {wanted}; {told}")
        self.legal = tuple(legal)


class ServiceError(RegisterError):
    """A device cannot go into service: the gate has not let it in, and no approval does."""


class ConflictError(RegisterError):
    """The record is no longer what the writer read."""


class SchemaError(RegisterError):
    """The database holds no register, or one of another version."""


class StorageError(RegisterError):
    """The database cannot be opened, is busy for too long, or cannot write."""
