# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signatures of ClamAV for lab hosts, which cannot reach its servers: a database that knows EICAR's test file alone."""

from __future__ import annotations

import hashlib
import io
import tarfile
import time

# File formats: docs.clamav.net, "ClamAV Virus Database (CVD) File Format"; .cud is one that nobody has signed.
_HEADER = 512
_EICAR = b"44d88612fea8a8f36de82e1278abb02f:68:Lab.Eicar\n"


def database(*, made: float | None = None) -> bytes:
    """Return a daily.cud that was made at a time, in seconds since 1970; by default now."""
    made = time.time() if made is None else made
    head = b"ClamAV-VDB:%s:1:1:80:%s:X:lab:%d" % (_date(made), b"0" * 32, made)
    info = b"%s\ndaily.hdb:%d:%s\n" % (head, len(_EICAR), hashlib.sha256(_EICAR).hexdigest().encode())
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in (("COPYING", b"-\n"), ("daily.info", info), ("daily.hdb", _EICAR)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return head.ljust(_HEADER) + packed.getvalue()


def _date(made: float) -> bytes:
    return time.strftime("%d %b %Y %H-%M +0000", time.gmtime(made)).encode()
