# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What our script writes into the simulated registry, in the registry of Wine, which is none of ours.

Debian's package wine64 (100 MB, 690 MB unpacked) is not installed for this; where it is, the test runs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.doubles.windows.machine import Machine
from tests.integration.windows.office import bring

WINE = shutil.which("wine64") or shutil.which("wine64", path="/usr/lib/wine") or shutil.which("wine")
KEY = "SOFTWARE\\Commune\\Trial"
VALUES = {
    "Small": ("DWord", 0),
    "Large": ("DWord", 0xFFFFFFFF),
    "Wide": ("QWord", 1 << 40),
    "Text": ("String", 'Khóa "màn hình" \\ 10 phút'),
    "Place": ("ExpandString", "%SystemRoot%\\máy"),
    "List": ("MultiString", ["một", "hai"]),
    "One": ("MultiString", ["một"]),
    "Bytes": ("Binary", [0, 127, 255]),
}
# How the Registry Editor of Windows writes a value of a type (regedit's own format, version 5.00).
NUMBERS = {"Binary": "hex", "ExpandString": "hex(2)", "MultiString": "hex(7)", "QWord": "hex(b)"}

pytestmark = pytest.mark.skipif(WINE is None, reason="Wine is not installed (Debian's package wine64)")


class Wine:
    def __init__(self, folder: Path) -> None:
        self._variables = {
            **os.environ,
            "WINEPREFIX": str(folder / "prefix"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
        }
        self.folder = folder

    def reg(self, *arguments: str) -> None:
        subprocess.run([WINE, "reg", *arguments], env=self._variables, cwd=self.folder, check=True, capture_output=True)

    def exported(self) -> dict[str, str]:
        """Return the values below the key as Wine writes them, by name."""
        self.reg("export", f"HKLM\\{KEY}", "out.reg", "/y")
        text = (self.folder / "out.reg").read_text("utf-16").replace("\\\n  ", "")
        found = re.findall(r'^"((?:[^"\\]|\\.)*)"=(.*)$', text, flags=re.MULTILINE)
        return {name: value.strip() for name, value in found}


@pytest.fixture(name="wine")
def fixture_wine(tmp_path):
    return Wine(tmp_path)


def bytes_of(type_, value):
    if type_ == "QWord":
        return value.to_bytes(8, "little")
    if type_ == "Binary":
        return bytes(value)
    texts = value if type_ == "MultiString" else [value]
    end = "\0" if type_ == "MultiString" else ""
    return ("".join(f"{text}\0" for text in texts) + end).encode("utf-16-le")


def written(type_, value):
    """Return a value in the format of the Registry Editor."""
    if type_ == "DWord":
        return f"dword:{value:08x}"
    if type_ == "String":
        return '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"'))
    return f"{NUMBERS[type_]}:" + ",".join(f"{byte:02x}" for byte in bytes_of(type_, value))


def import_into(wine, machine):
    """Carry what the simulated machine holds below the key over into Wine."""
    (values,) = [values for key, values in machine.registry.keys.items() if key.lower() == f"hklm\\{KEY}".lower()]
    lines = [f'"{name}"={written(*value)}' for name, value in values.items()]
    text = "\r\n".join(["Windows Registry Editor Version 5.00", "", f"[HKEY_LOCAL_MACHINE\\{KEY}]", *lines, ""])
    (wine.folder / "in.reg").write_text(text, "utf-16", newline="")
    wine.reg("import", "in.reg")


def test_every_type_of_value_that_is_written_means_the_same_to_a_registry_that_is_none_of_ours(wine):
    machine = Machine()
    common = {"kind": "registry", "key": KEY}
    rows = [
        {**common, "id": name, "name": name, "type": type_, "desired": value} for name, (type_, value) in VALUES.items()
    ]
    assert {seen["state"] for seen in bring(machine, *rows).values()} == {"pass"}
    import_into(wine, machine)
    assert wine.exported() == {name: written(*value) for name, value in VALUES.items()}
