# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Media of the tests' own, and the modules run on them as Ansible runs them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.commune.baseline.plugins.module_utils._media import journal
from ansible_collections.commune.baseline.plugins.modules import media_info, media_sanitise, media_verify
from tests.integration.media import guest, loops
from tests.integration.media.guest import Guest
from tests.integration.media.loops import Loop

OTHER_MACHINE = "0" * 32
MODULES = {"info": media_info, "sanitise": media_sanitise, "verify": media_verify}
ORDER = {
    "order": "12/QĐ-UBND",
    "dated_on": "2020-01-01",
    "expires_on": "2099-12-31",
    "controller": OTHER_MACHINE,
    "level": "clear",
}
Run = Callable[..., dict[str, Any]]


@pytest.fixture(name="journals", autouse=True)
def fixture_journals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The journals of the machine that the tests run on are none of theirs."""
    monkeypatch.setattr(journal, "FOLDER", str(tmp_path / "journals"))
    return tmp_path / "journals"


@pytest.fixture(name="loop")
def fixture_loop(tmp_path: Path) -> Iterator[Callable[..., Loop]]:
    """Make a loop device full of letters."""
    with contextlib.ExitStack() as stack:

        def make(size: int = 24 * loops.MIB, *, sector: int = 512) -> Loop:
            file = tmp_path / f"medium-{len(list(tmp_path.glob('medium-*')))}"
            loops.full_of_letters(file, size)
            return stack.enter_context(loops.attached(file, sector=sector))

        yield make


@pytest.fixture(name="machine", scope="session")
def fixture_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    """One virtual machine for all tests, for its start is the longest of them; each takes its disks out again."""
    with guest.running(tmp_path_factory.mktemp("guest")) as machine:
        machine.shell("ip link set lo up; ip addr add 10.0.2.15/24 dev eth0; ip link set eth0 up")
        yield machine


@pytest.fixture(name="run")
def fixture_run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one of the modules and return its result; an order is complete unless the test says otherwise."""

    def run(name: str, *media: dict[str, Any], **special: Any) -> dict[str, Any]:
        arguments = {**(ORDER if name == "sanitise" else {}), **({"media": list(media)} if media else {}), **special}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            MODULES[name].main()
        result: dict[str, Any] = json.loads(capsys.readouterr().out)
        return result

    return run
