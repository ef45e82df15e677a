# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""Passwords that everybody knows: those that images and devices are delivered with, and the account's own name.

They are hashed as the account's own password is, by the C library's crypt(3): Python has had none since 3.13. No
password and no hash leaves this file. A hash says itself what it costs, and some would take hours or all memory: those
at no ordinary cost are not computed.
"""

from __future__ import annotations

import ctypes
import functools
import re
import typing as t

KNOWN, OWN, UNCHECKED = "known", "own", "unchecked"

# What vendors document: Raspberry Pi OS, Armbian, cloud and live images, virtual machines, boards, routers.
_DELIVERED: t.Mapping[str, tuple[str, ...]] = {
    "admin": ("password", "admin123", "12345", "123456", "1234"),
    "administrator": ("password",),
    "alarm": (),
    "debian": ("temppwd",),
    "guest": ("password",),
    "kali": (),
    "libreelec": (),
    "linaro": (),
    "live": (),
    "oem": (),
    "opc": (),
    "orangepi": (),
    "osmc": (),
    "pi": ("raspberry",),
    "rock": (),
    "root": ("toor", "password", "1234", "12345", "123456", "admin", "orangepi", "raspberry", "openelec", "libreelec"),
    "support": (),
    "test": ("password",),
    "ubnt": (),
    "ubuntu": ("password",),
    "user": ("live", "password", "1234", "123456"),
    "vagrant": (),
}
DELIVERED_NAMES = frozenset(_DELIVERED) - {"root"}
# crypt(5). What matches takes at most a second: SHA below a million rounds, bcrypt up to 12, yescrypt and scrypt up
# to 128 MiB.
_ORDINARY = re.compile(
    r"\$[13]\$|\$[56]\$(?!rounds=)|\$[56]\$rounds=[0-9]{1,6}\$|\$sha1\$[0-9]{1,6}\$|\$md5(,rounds=[0-9]{1,6})?\$"
    r"|\$2[abxy]\$(0[0-9]|1[0-2])\$|\$g?y\$j[./0-9A-C][./0-9A-T]\$|\$7\$[./0-9A-D][./0-9A-U]\.{4}/\.{4}"
    r"|_[./0-9A-Za-z]{3}\.|[./0-9A-Za-z]{2}"
)
_LIBRARIES = ("libcrypt.so.1", "libcrypt.so.2")
_Crypt = t.Callable[[bytes, bytes], t.Optional[bytes]]


@functools.cache
def judge(name: str, secret: str) -> str:
    """Tell whether the password of an account is a known one (KNOWN, OWN), or that its hash cannot be checked."""
    crypt = _crypt()
    if crypt is None or not _ORDINARY.match(secret):
        return UNCHECKED
    for password in dict.fromkeys((name, *_DELIVERED.get(name, ()))):
        hashed = crypt(password.encode(), secret.encode(errors="surrogateescape"))
        if hashed is None or hashed.startswith(b"*"):  # crypt(3): the library does not know the method
            return UNCHECKED
        if hashed.decode(errors="surrogateescape") == secret:
            return KNOWN
    return OWN


@functools.lru_cache(maxsize=1)
def _crypt() -> _Crypt | None:
    for library in _LIBRARIES:
        try:
            crypt = ctypes.CDLL(library).crypt
        except (OSError, AttributeError):
            continue
        crypt.argtypes, crypt.restype = (ctypes.c_char_p, ctypes.c_char_p), ctypes.c_char_p
        return t.cast("_Crypt", crypt)
    return None
