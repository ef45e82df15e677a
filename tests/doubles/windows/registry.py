# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry, and how .NET shows it (Microsoft.Win32.RegistryKey)."""

from __future__ import annotations

import typing as t

from tests.doubles.windows.values import NOTHING, NetObject, PowerShellError, UnsupportedError

Value = tuple[str, t.Any]  # the type as RegistryValueKind names it, and the data
_HIVES = {"localmachine": "HKLM", "users": "HKU"}
_SIGN = 1 << 31


class Registry:
    """Keys by small path from the hive's root, with their values by name; ``denied`` are keys that nobody may open."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, Value]] = {}
        self.spelling: dict[str, str] = {}
        self.denied: set[str] = set()

    def set(self, path: str, name: str, kind: str, data: t.Any) -> None:
        self.create(path)
        values = self.keys[path.lower()]
        values[self._own(values, name) or name] = (kind, data)

    def get(self, path: str, name: str) -> Value | None:
        values = self.keys.get(path.lower(), {})
        own = self._own(values, name)
        return values[own] if own is not None else None

    def delete(self, path: str, name: str) -> None:
        values = self.keys.get(path.lower(), {})
        own = self._own(values, name)
        if own is not None:
            del values[own]

    def create(self, path: str) -> None:
        parts = path.split("\\")
        for number in range(1, len(parts) + 1):
            whole = "\\".join(parts[:number])
            self.keys.setdefault(whole.lower(), {})
            self.spelling.setdefault(whole.lower(), whole)

    def below(self, path: str) -> list[str]:
        """Return the names of the keys that lie directly below one."""
        start = f"{path.lower()}\\"
        found = [self.spelling[key] for key in self.keys if key.startswith(start) and "\\" not in key[len(start) :]]
        return [whole.rpartition("\\")[2] for whole in found]

    @staticmethod
    def _own(values: t.Mapping[str, Value], name: str) -> str | None:
        return next((own for own in values if own.lower() == name.lower()), None)


class Key(NetObject):
    """An open key."""

    def __init__(self, registry: Registry, path: str, *, writable: bool = False) -> None:
        self._registry, self._path, self._writable = registry, path, writable
        self.properties = {"name": path}
        self.methods = {
            "opensubkey": self._open,
            "createsubkey": self._create,
            "getvalue": self._value,
            "getvaluekind": lambda name: self._require(name)[0],
            "getvaluenames": lambda: list(registry.keys[path.lower()]),
            "getsubkeynames": lambda: registry.below(path),
            "setvalue": self._set,
            "deletevalue": self._delete,
            "close": lambda: NOTHING,
        }

    def _open(self, name: str, writable: bool = False) -> Key | None:
        path = f"{self._path}\\{name}"
        if path.lower() in self._registry.denied:
            raise PowerShellError('Exception calling "OpenSubKey": "Requested registry access is not allowed."')
        return Key(self._registry, path, writable=writable) if path.lower() in self._registry.keys else None

    def _create(self, name: str) -> Key:
        path = f"{self._path}\\{name}"
        if path.lower() in self._registry.denied:
            raise PowerShellError('Exception calling "CreateSubKey": "Access to the registry key is denied."')
        self._registry.create(path)
        return Key(self._registry, path, writable=True)

    def _require(self, name: str) -> Value:
        value = self._registry.get(self._path, name)
        if value is None:
            raise PowerShellError(f"The specified registry value '{name}' does not exist.")
        return value

    def _value(self, name: str, default: t.Any = None, options: str = "") -> t.Any:
        value = self._registry.get(self._path, name)
        if value is None:
            return default
        kind, data = value
        if kind == "ExpandString" and options != "DoNotExpandEnvironmentNames":
            raise UnsupportedError("expanding a value")
        return data - 2 * _SIGN if kind == "DWord" and data >= _SIGN else data  # .NET shows an Int32

    def _set(self, name: str, data: t.Any, kind: str) -> t.Any:
        self._allow()
        self._registry.set(self._path, name, kind, data % (2 * _SIGN) if kind == "DWord" else data)
        return NOTHING

    def _delete(self, name: str, must_be_there: bool = True) -> t.Any:
        self._allow()
        if must_be_there:
            self._require(name)
        self._registry.delete(self._path, name)
        return NOTHING

    def _allow(self) -> None:
        if not self._writable:
            raise PowerShellError("Cannot write to the registry key.")


def open_base_key(registry: Registry, hive: str, view: str) -> Key:
    """Stand for RegistryKey.OpenBaseKey; a machine of 64 bits shows its registry in the view Registry64 alone."""
    if view != "Registry64":
        raise UnsupportedError(f"view {view}")
    return Key(registry, _HIVES[hive.lower()])
