# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's command line: python3 -m tests.lab, from the repository's root, as root."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from tests.lab import commands, image
from tests.lab.errors import Interrupted, LabError, UsageError
from tests.lab.lab import Lab, existing_labs


def main() -> int:
    """Do what the command line asks; tell a failure as one sentence."""
    arguments = _parser().parse_args()
    try:
        commands.require()
        arguments.do(arguments)
    except (LabError, Interrupted) as error:
        print(f"lab: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: stopped before it had begun", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m tests.lab", description=__doc__)
    actions = parser.add_subparsers(required=True, metavar="ACTION")

    up = actions.add_parser("up", help="bring fresh hosts up, replacing a lab of this name")
    up.add_argument("name", metavar="NAME")
    up.add_argument("hosts", nargs="+", metavar="HOST=SUITE", help="for example debian12=bookworm")
    up.set_defaults(do=_up)

    down = actions.add_parser("down", help="remove everything of a lab")
    which = down.add_mutually_exclusive_group(required=True)
    which.add_argument("name", nargs="?", metavar="NAME")
    which.add_argument("--all", action="store_true", help="every lab on this machine")
    down.set_defaults(do=_down)

    reset = actions.add_parser("reset", help="give hosts a fresh image again, with the same keys")
    reset.add_argument("name", metavar="NAME")
    reset.add_argument("hosts", nargs="*", metavar="HOST", help="all hosts if none is named")
    reset.set_defaults(do=_reset)

    attach = actions.add_parser("attach", help="give a host a copy of a file as a block device, until it reboots")
    attach.add_argument("name", metavar="NAME")
    attach.add_argument("host", metavar="HOST")
    attach.add_argument("file", metavar="FILE", type=Path)
    attach.set_defaults(do=_attach)

    actions.add_parser("list", help="list the labs on this machine").set_defaults(do=_list)

    ssh = actions.add_parser("ssh", help="log in to a host as ops, or run a command there")
    ssh.add_argument("name", metavar="NAME")
    ssh.add_argument("host", metavar="HOST")
    ssh.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    ssh.set_defaults(do=_ssh)

    build = actions.add_parser("image", help="build the cached image of a Debian release")
    build.add_argument("suites", nargs="+", metavar="SUITE", help=" or ".join(image.SUITES))
    build.set_defaults(do=_image)
    return parser


def _up(arguments: argparse.Namespace) -> None:
    suites: dict[str, str] = {}
    for word in arguments.hosts:
        host, equals, suite = word.partition("=")
        if not equals:
            raise UsageError(f"'{word}' does not say a host and its suite: write HOST=SUITE, like debian12=bookworm")
        if host in suites:
            raise UsageError(f"host '{host}' is named twice: every host of a lab needs its own name")
        suites[host] = suite
    lab = Lab(arguments.name, suites)
    began = time.monotonic()
    lab.up()
    hosts = ", ".join(f"{host.name} {host.address}" for host in lab.hosts.values())
    print(f"lab '{lab.name}' is up after {time.monotonic() - began:.1f} s: {hosts}; {lab.inventory}")


def _down(arguments: argparse.Namespace) -> None:
    for name in existing_labs() if arguments.all else [arguments.name]:
        Lab(name, {}).down()


def _reset(arguments: argparse.Namespace) -> None:
    Lab.existing(arguments.name).reset(arguments.hosts)


def _attach(arguments: argparse.Namespace) -> None:
    print(Lab.existing(arguments.name).host(arguments.host).attach(arguments.file))


def _list(_arguments: argparse.Namespace) -> None:
    for name in existing_labs():
        try:
            hosts = Lab.existing(name).hosts.values()
        except UsageError:
            print(f"{name}: of another checkout, or remains; to remove it: python3 -m tests.lab down {name}")
            continue
        states = (f"{host.name} ({host.suite}, {'running' if host.is_running else 'stopped'})" for host in hosts)
        print(f"{name}: {', '.join(states)}")


def _ssh(arguments: argparse.Namespace) -> None:
    host = Lab.existing(arguments.name).host(arguments.host)
    command = [*host.ssh_command(), *arguments.command]
    os.execvp(command[0], command)  # noqa: S606 (ssh takes this process's place, no shell is wanted)


def _image(arguments: argparse.Namespace) -> None:
    for suite in arguments.suites:
        image.check_suite(suite)
    for suite in arguments.suites:
        print(image.ensure(suite))


if __name__ == "__main__":
    sys.exit(main())
