# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What answers within the guest: runs a program or one of the modules, and tells how it ended.

Each line on the port is a request in JSON, and each answer is one line. A module runs in a child of its own, with the
libraries loaded already, as if Ansible had sent it there.
"""

from __future__ import annotations

import functools
import glob
import io
import json
import os
import subprocess
import sys
import time
import typing as t
from pathlib import Path

PORT = "/dev/virtio-ports/agent"


def main() -> None:
    settings = dict(word.split("=", 1) for word in Path("/run/settings").read_text().split() if "=" in word)
    # There is no udev here, and libdevmapper is to make its files itself.
    os.environ.update(PATH="/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL="C", HOME="/run", DM_DISABLE_UDEV="1")
    subprocess.run(["modprobe", "-d", settings["modules"], "-a", *settings["load"].split(",")], check=True)
    _let_the_kernel_load(settings["modules"])
    port = _port()
    sys.path[:0] = settings["collections"].split(":")
    import ansible.module_utils.testing

    from ansible_collections.commune.baseline.plugins.module_utils._media import canary
    from ansible_collections.commune.baseline.plugins.modules import media_info, media_sanitise, media_verify

    # Each canary costs two commands of a simulated drive, and most of the time of a test: its drives are small.
    canary._COUNT = 32
    modules = {"info": media_info, "sanitise": media_sanitise, "verify": media_verify}
    for line in port:
        request = json.loads(line)
        if "module" in request:
            work = functools.partial(_module, ansible.module_utils.testing, modules[request["module"]], request)
            answer = _in_child(work)
        else:
            answer = _program(request)
        port.write(json.dumps(answer).encode() + b"\n")


def _let_the_kernel_load(modules: str) -> None:
    """Tell the kernel where the modules lie that it asks for by itself."""
    loader = Path("/run/modprobe")
    loader.write_text(f'#!/bin/sh\nexec /usr/sbin/modprobe -d {modules} "$@"\n')
    loader.chmod(0o755)
    Path("/proc/sys/kernel/modprobe").write_text(str(loader))


def _port() -> t.Any:
    os.makedirs(os.path.dirname(PORT), exist_ok=True)
    while not (found := [path for path in glob.glob("/sys/class/virtio-ports/*") if _name(path) == "agent"]):
        time.sleep(0.05)
    return open(f"/dev/{os.path.basename(found[0])}", "r+b", buffering=0)


def _name(path: str) -> str:
    return Path(path, "name").read_text().strip() if Path(path, "name").exists() else ""


def _program(request: dict[str, t.Any]) -> dict[str, t.Any]:
    done = subprocess.run(
        request["program"], input=request.get("text", ""), capture_output=True, text=True, errors="replace", check=False
    )
    return {"code": done.returncode, "output": done.stdout, "errors": done.stderr}


def _in_child(work: t.Callable[[], str]) -> dict[str, t.Any]:
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with os.fdopen(writer, "w") as pipe:
            pipe.write(work())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return {"output": said}


def _module(testing: t.Any, module: t.Any, request: dict[str, t.Any]) -> str:
    sys.stdout = io.StringIO()
    try:
        with testing.patch_module_args(request["arguments"]):
            module.main()
    except SystemExit:
        pass
    except BaseException as error:
        return json.dumps({"crashed": repr(error)})
    return sys.stdout.getvalue()


if __name__ == "__main__":
    main()
