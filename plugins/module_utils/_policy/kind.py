# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""The kinds of rows, in the order in which they run."""

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.module_utils._observation import Reading, Write
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import (
    account,
    antivirus,
    apt_source,
    command,
    console_login,
    dconf,
    file,
    kernel_module,
    mount,
    nft_ruleset,
    option,
    package,
    pam,
    patching,
    privilege,
    service,
    site_record,
    software,
    ssh_access,
    sysctl,
)
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

Row = t.Mapping[str, t.Any]


class Kind(t.Protocol):
    """A class of rows: the fields they have, and how they are observed, compared and applied.

    ``FIELDS`` gives the shape of each field of the kind's own (the name of a shape, or a tuple of choices), and
    ``COMPARISONS`` those whose desired value it can write. ``apply`` gets the rows that fail, and what was read of all.
    """

    FIELDS: t.Mapping[str, t.Any]
    REQUIRED: frozenset[str]
    COMPARISONS: t.Sequence[str]

    def observe(self, rows: t.Sequence[Row]) -> dict[str, Reading]: ...

    def compare(self, row: Row, reading: Reading) -> bool: ...

    def apply(self, rows: t.Sequence[Row], readings: t.Mapping[str, Reading], writer: Writer) -> dict[str, Write]: ...


KINDS: dict[str, Kind] = {
    "apt_source": apt_source,
    "package": package,
    "account": account,
    "privilege": privilege,
    "file": file,
    "option": option,
    "ssh_access": ssh_access,
    "dconf": dconf,
    "pam": pam,
    "sysctl": sysctl,
    "kernel_module": kernel_module,
    "mount": mount,
    "service": service,
    "nft_ruleset": nft_ruleset,
    "command": command,
    "patching": patching,
    "software": software,
    "antivirus": antivirus,
    "console_login": console_login,
    "site_record": site_record,
}
