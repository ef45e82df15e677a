# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of `make test`: every gate, as the command that a developer would type."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

from tests.suite import interpreters
from tests.suite.environment import ROOT, venv
from tests.suite.runner import Step

_SYSTEM_PACKAGES = (
    "apt-utils",
    "debian-archive-keyring",
    "debootstrap",
    "e2fsprogs",
    "git",
    "gnupg",
    "iproute2",
    "mount",
    "netcat-openbsd",
    "openssh-client",
    "python3-venv",
    "systemd-container",
    "util-linux",
)
# A machine with disks of all sorts, and the tools that talk to them.
_DRIVE_PACKAGES = (
    "busybox-static",
    "clamav-daemon",
    "cryptsetup-bin",
    "dmsetup",
    "hdparm",
    "kmod",
    "lvm2",
    "mdadm",
    "nvme-cli",
    "open-iscsi",
    "qemu-system-x86",
    "sg3-utils",
)
_LINT = ("lint",)
_TYPED_TESTS = ("bench", "docs", "doubles.windows", "lab", "suite")
_SCENARIOS = tuple(sorted(path.parent.name for path in (ROOT / "molecule").glob("*/molecule.yml")))
_SMOKE = "session_lock"


def all_steps() -> list[Step]:
    return [*_setup(), *_static(), *_ansible_test(), *_pytest(), *_molecule()]


def _setup() -> list[Step]:
    return [
        _own("system packages", "packages", *_SYSTEM_PACKAGES),
        _own("postgresql", "packages", "postgresql", after=("system packages",)),
        _own("nftables", "packages", "nftables", after=("system packages",)),
        _own("drives", "packages", *_DRIVE_PACKAGES, after=("system packages",)),
        _own("graphviz", "packages", "graphviz", after=("system packages",)),
        _own("venv main", "venv", "main", after=("system packages",)),
        _own("venv second", "venv", "second", after=("system packages",), skip_reason=_no_second),
        _own("pip for ansible-test", "ansible-test-pip"),
        Step(
            "lab images",
            (sys.executable, "-m", "tests.lab", "image", "bookworm", "trixie"),
            after=("system packages",),
            groups=("setup",),
            skip_reason=_no_root,
        ),
    ]


def _static() -> list[Step]:
    docs = "--plugin-docs --skip-rstcheck --validate-collection-refs=self --disallow-unknown-collection-refs"
    return [
        _tool("ruff check", "ruff", "check", "--no-cache", ".", groups=_LINT),
        _tool("ruff format", "ruff", "format", "--no-cache", "--check", ".", groups=_LINT),
        _tool("yamllint", "yamllint", "--strict", ".", groups=_LINT),
        _tool("mypy plugins", "mypy", groups=_LINT),
        _tool("mypy tests", "mypy", "--strict", *(f"-ptests.{name}" for name in _TYPED_TESTS), groups=_LINT),
        _tool("ansible-lint", "ansible-lint", "--strict", groups=_LINT),
        _tool("shellcheck", "shellcheck", *_shell_scripts(), groups=_LINT),
        _tool("changelog", "antsibull-changelog", "lint", groups=_LINT),
        _tool("documentation", "antsibull-docs", "lint-collection-docs", *docs.split(), ".", groups=_LINT),
    ]


def _ansible_test() -> list[Step]:
    return [
        _in_tree("sanity", "main", after=("pip for ansible-test",)),
        _in_tree("units", "second"),
    ]


def _pytest() -> list[Step]:
    return [
        _tool("pytest", "pytest", groups=("pytest",)),
        # The other core sends other wrappers to Windows, and the other Python is stricter with certificates.
        _tool(
            "protocols of Windows, second Python",
            "pytest",
            *(f"tests/integration/windows/test_{name}.py" for name in ("run", "faults")),
            "--numprocesses=2",
            groups=("pytest",),
            venv_name="second",
        ),
        _tool("property", "pytest", "tests/property", groups=("pytest",)),
        _tool(
            "integration",
            "pytest",
            "tests/integration",
            "--numprocesses=3",  # mostly they wait; each process has a lab of its own
            "--dist=loadfile",
            after=("lab images", "drives", "nftables", "graphviz", "postgresql"),
            groups=("integration",),
            skip_reason=_no_root,
        ),
    ]


def _molecule() -> list[Step]:
    """All scenarios under the main Python, one of them under the second too."""
    runs = [*(("main", scenario) for scenario in _SCENARIOS), ("second", _SMOKE)]
    return [
        _tool(
            f"molecule {scenario}, {environment} Python",
            "molecule",
            "test",
            "--scenario-name",
            scenario,
            after=("lab images", "nftables"),  # the tests of zones probe with it
            groups=("molecule",),
            venv_name=environment,
            skip_reason=_no_root,
            variables={
                # Names of labs belong to the machine: another checkout may be tested at the same time.
                "LAB_NAME": f"molecule-{os.getpid()}-{number}",
                "MOLECULE_EPHEMERAL_DIRECTORY": str(ROOT / "build/molecule" / environment / scenario),
                "MOLECULE_GLOB": "molecule/*/molecule.yml",
            },
        )
        for number, (environment, scenario) in enumerate(runs)
    ]


def _own(
    name: str, *arguments: str, after: tuple[str, ...] = (), skip_reason: Callable[[], str | None] = lambda: None
) -> Step:
    command = (sys.executable, "-m", "tests.suite.environment", *arguments)
    return Step(name, command, after=after, groups=("setup",), skip_reason=skip_reason)


def _tool(
    name: str,
    tool: str,
    *arguments: str,
    after: tuple[str, ...] = (),
    groups: tuple[str, ...],
    venv_name: str = "main",
    variables: Mapping[str, str] | None = None,
    skip_reason: Callable[[], str | None] = lambda: None,
) -> Step:
    """A program of a virtual environment, with that environment in front of the path."""
    programs = venv(venv_name) / "bin"
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return Step(
        name,
        (str(programs / tool), *arguments),
        after=(f"venv {venv_name}", *after),
        groups=groups,
        environment={"PATH": path, "VIRTUAL_ENV": str(venv(venv_name)), **(variables or {})},
        skip_reason=skip_reason,
    )


def _in_tree(command: str, venv_name: str, *, after: tuple[str, ...] = ()) -> Step:
    """An ansible-test command, in a copy of the collection that lies where ansible-test wants it."""
    module = ("-m", "tests.suite.collection_tree", f"build/{command}", command)
    name = f"ansible-test {command}, {venv_name} Python"
    return _tool(name, "python", *module, after=after, groups=(command,), venv_name=venv_name)


def _shell_scripts() -> list[str]:
    return [".ci/run", *(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("tests/**/*.sh")))]


def _no_root() -> str | None:
    return "needs root: real hosts are started with systemd-nspawn" if os.geteuid() else None


def _no_second() -> str | None:
    try:
        interpreters.second()
    except interpreters.InterpreterMissingError as error:
        return str(error)
    return None
