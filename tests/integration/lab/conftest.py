# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One running lab for all of its tests, on machines that can run one."""

from __future__ import annotations

import typing as t

import pytest

from tests.integration.lab.support import HOSTS, NAME, machine_state
from tests.lab import commands
from tests.lab.lab import Lab

if t.TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session", autouse=True)
def capable_machine() -> None:
    if reason := commands.missing_requirement():
        pytest.skip(reason)


@pytest.fixture(scope="session")
def machine_before(capable_machine: None) -> dict[str, str]:
    return machine_state()


@pytest.fixture(scope="session")
def lab(machine_before: dict[str, str]) -> Iterator[Lab]:
    with Lab(NAME, HOSTS) as running:
        yield running
    assert machine_state() == machine_before
