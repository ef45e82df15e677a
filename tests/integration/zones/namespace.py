# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real nft, in a network namespace that lives as long as the command: no rule of this machine is touched."""

from __future__ import annotations

import json
import subprocess
import typing as t


def listed(ruleset: str) -> dict[str, t.Any]:
    """Return what the kernel holds once it has loaded a ruleset, as ``nft -n -j list ruleset`` tells it."""
    command = ["unshare", "--net", "sh", "-c", "nft -f - && nft -n -j list ruleset"]
    done = subprocess.run(command, input=ruleset, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return t.cast("dict[str, t.Any]", json.loads(done.stdout))
