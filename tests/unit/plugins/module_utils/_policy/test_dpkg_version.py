# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import shutil
import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import dpkg_version

VERSIONS = (
    "0", "1", "1.0", "1.0-0", "1.0-1", "1.0~rc1", "1.0~rc1-1", "1.0~", "1.0~~", "1.0~~a", "1.0a", "1.0+b1", "1.0.1",
    "1.00", "1.10", "1.9", "1:0.9", "2:0", "1.0-1+deb12u1", "1.0-1+deb12u10", "1.0-1+deb12u2", "1.0-1~bpo12+1",
    "20250419~deb12u2", "5.2.15-2+b7", "1.0-1.1", "a", "1.0-a", "1-2-3", "1.0.", "1.0+", "3.0.17-1~deb12u3",
)  # fmt: skip


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="dpkg is not installed")
def test_versions_are_in_the_order_of_dpkg():
    pairs = list(itertools.permutations(VERSIONS, 2))
    script = "\n".join(f"dpkg --compare-versions '{one}' lt '{two}' 2> /dev/null; echo $?" for one, two in pairs)
    said = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True).stdout.split()
    ours = ["0" if dpkg_version.sort_key(one) < dpkg_version.sort_key(two) else "1" for one, two in pairs]
    assert [(pair, dpkg) for pair, dpkg, our in zip(pairs, said, ours, strict=True) if dpkg != our] == []


def test_versions_that_mean_the_same_are_equal():
    assert dpkg_version.sort_key("1.0") == dpkg_version.sort_key("0:1.00-0")
