# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's life: what it leaves behind, however it ends, and what it answers to mistakes."""

from __future__ import annotations

import shutil
import signal
import subprocess
import typing as t

import pytest

from tests.integration.lab.support import HOSTS, NAME, REPOSITORY, lab_command, remains, run_lab
from tests.lab import cgroup, image, network, waiting
from tests.lab.lab import STATE, Lab

if t.TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_down_leaves_nothing_and_may_be_repeated(tmp_path: Path) -> None:
    Lab(f"{NAME}-gone", HOSTS).up()
    medium = tmp_path / "medium"
    medium.write_bytes(b"letters " * 65536)
    attached = run_lab("attach", f"{NAME}-gone", "debian12", str(medium)).stdout.strip()
    guest = Lab.existing(f"{NAME}-gone").host("debian12")
    assert guest.ssh(f"sudo head -c 8 {attached}").stdout == "letters "
    assert remains(f"{NAME}-gone")

    assert run_lab("down", f"{NAME}-gone").returncode == 0

    assert remains(f"{NAME}-gone") == []
    assert run_lab("down", f"{NAME}-gone").returncode == 0


def folder_exists(name: str) -> bool:
    return (STATE / name).exists()


def network_exists(name: str) -> bool:
    return network.namespace_path(network.lab_namespace(name)).exists()


def guest_runs(name: str) -> bool:
    return cgroup.is_populated(cgroup.top() / name)


MOMENTS = [folder_exists, network_exists, guest_runs]


def start_up_until(moment: Callable[[str], bool], name: str) -> subprocess.Popen[str]:
    """Start bringing a lab up and return in the middle of it."""
    Lab(name, {}).down()  # what an earlier failure left would make the moment come too early
    up = subprocess.Popen(
        lab_command("up", name, "debian12=bookworm"),
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background makes its children ignore this signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert waiting.holds(lambda: moment(name), within=20, every=0.001)
    return up


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_in_the_middle_of_up_leaves_nothing(moment: Callable[[str], bool], number: signal.Signals) -> None:
    up = start_up_until(moment, f"{NAME}-cut")
    up.send_signal(number)
    _, said = up.communicate(timeout=30)

    expected = f"lab: stopped by {number.name} before it was done; it has cleaned up\n"
    assert (up.returncode, said) == (128 + number, expected)
    assert remains(f"{NAME}-cut") == []


@pytest.mark.parametrize("moment", MOMENTS)
def test_down_cleans_up_after_a_killed_up(moment: Callable[[str], bool]) -> None:
    up = start_up_until(moment, f"{NAME}-killed")
    up.kill()
    up.communicate(timeout=30)

    assert run_lab("down", f"{NAME}-killed").returncode == 0
    assert remains(f"{NAME}-killed") == []


def test_a_guest_that_cannot_boot_is_told_with_its_console_and_leaves_nothing(tmp_path: Path) -> None:
    image.ensure("bookworm")
    broken = tmp_path / "commune-baseline" / "lab" / image.ensure("bookworm").name
    for folder in ("etc/ssh", "home/ops", "usr/lib", "sbin"):
        (broken / folder).mkdir(parents=True)
    (broken / "usr/lib/os-release").write_text("ID=debian\n", encoding="ascii")

    up = run_lab("up", f"{NAME}-broken", "debian12=bookworm", XDG_CACHE_HOME=str(tmp_path))

    assert up.returncode == 1
    assert f"host debian12 of lab {NAME}-broken stopped while it was starting; the end of" in up.stderr
    assert "console.log" in up.stderr
    assert "execv(" in up.stderr, "the end of what the console said is shown"
    assert remains(f"{NAME}-broken") == []


def test_a_half_built_image_is_removed_and_never_used(tmp_path: Path) -> None:
    cache = tmp_path / "commune-baseline" / "lab"
    half_built = cache / "building-bookworm-stale" / "tree" / "etc"
    half_built.mkdir(parents=True)

    built = run_lab("image", "bookworm", XDG_CACHE_HOME=str(tmp_path), LAB_DEBIAN_MIRROR="http://127.0.0.1:9/debian")

    assert built.returncode == 1
    assert "debootstrap" in built.stderr
    assert [entry.name for entry in cache.iterdir()] == ["bookworm.lock"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("up Demo debian12=bookworm", "'Demo' cannot be the name of a lab: use 1 to 20 small letters"),
        ("up ../x debian12=bookworm", "'../x' cannot be the name of a lab"),
        ("up x debian_12=bookworm", "'debian_12' cannot be the name of a host"),
        ("up x debian12", "'debian12' does not say a host and its suite: write HOST=SUITE"),
        ("up x debian11=bullseye", "unknown suite 'bullseye': the lab knows bookworm and trixie"),
        ("up x a=bookworm a=trixie", "host 'a' is named twice"),
        ("image sid", "unknown suite 'sid'"),
        ("reset LAB debian14", "lab 'LAB' has no host 'debian14': its hosts are debian12, debian13"),
        ("reset nothing-here", "there is no lab 'nothing-here'"),
        ("ssh LAB nobody true", "lab 'LAB' has no host 'nobody'"),
        ("down", "one of the arguments NAME --all is required"),
    ],
)
@pytest.mark.usefixtures("lab")
def test_what_cannot_be_right_is_answered_with_one_sentence(words: str, sentence: str) -> None:
    said = run_lab(*words.replace("LAB", NAME).split())

    assert said.returncode == 2
    assert sentence.replace("LAB", NAME) in said.stderr
    assert "Traceback" not in said.stderr


def test_without_root_the_lab_says_so() -> None:
    said = subprocess.run(
        ["unshare", "--user", *lab_command("list")], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )

    assert (said.returncode, said.stderr) == (1, "lab: the lab needs root: run it with sudo\n")


def test_a_missing_tool_is_named_with_its_package() -> None:
    tool = shutil.which("nc.openbsd") or ""
    without_nc = 'mount --bind /dev/null "$0" && exec "$@"'
    said = subprocess.run(
        ["unshare", "--mount", "sh", "-c", without_nc, tool, *lab_command("list")],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (said.returncode, said.stderr) == (1, "lab: nc.openbsd is missing: apt-get install netcat-openbsd\n")
