# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._media import medium as media
from ansible_collections.commune.baseline.plugins.module_utils._media.capabilities import Capabilities
from ansible_collections.commune.baseline.plugins.module_utils._media.technique import techniques

ATA = Capabilities(ata_sanitize=("block", "crypto"), ata_enhanced_erase=True)
NVME = Capabilities(nvme_sanitize=("block",), nvme_format=("crypto", "user"))


@pytest.mark.parametrize(
    ("kind", "able", "level", "expected"),
    [
        (media.HDD, ATA, "purge", ["ata-sanitize-block", "ata-sanitize-crypto", "ata-security-erase-enhanced"]),
        (media.SSD, ATA, "purge", ["ata-sanitize-block", "ata-sanitize-crypto"]),
        (media.SSD, ATA, "clear", ["ata-sanitize-block", "ata-sanitize-crypto", "ata-security-erase-enhanced"]),
        (media.HDD, Capabilities(), "purge", []),
        (media.HDD, Capabilities(), "clear", ["overwrite"]),
        (media.HDD, Capabilities(hidden=512), "clear", []),
        (media.HDD, Capabilities(openable=512), "clear", ["overwrite"]),
        (media.SSD, Capabilities(), "clear", []),
        (media.SAS_HDD, Capabilities(scsi_sanitize=("overwrite",)), "purge", ["scsi-sanitize-overwrite"]),
        (media.SAS_SSD, Capabilities(), "clear", []),
        (media.NVME, NVME, "purge", ["nvme-sanitize-block"]),
        (media.NVME, NVME, "clear", ["nvme-sanitize-block"]),
        (media.EMMC, Capabilities(), "purge", []),
        (media.EMMC, Capabilities(), "clear", ["overwrite"]),
        (media.USB, Capabilities(), "purge", []),
        (media.USB, Capabilities(), "clear", ["overwrite"]),
        (media.SD, Capabilities(), "clear", ["overwrite"]),
        (media.OPTICAL, Capabilities(), "clear", []),
        (media.VIRTUAL, Capabilities(), "clear", ["overwrite"]),
    ],
)
def test_a_medium_has_the_techniques_of_its_kind_that_reach_the_level(kind, able, level, expected):
    found, _left_out = techniques(kind, able, level=level, allow_format=False)
    assert [one.name for one in found] == expected


def test_format_is_the_last_resort_and_no_purge():
    named = {level: techniques(media.NVME, NVME, level=level, allow_format=True)[0] for level in ("clear", "purge")}
    assert [one.name for one in named["purge"]] == ["nvme-sanitize-block"]
    assert [one.name for one in named["clear"]] == ["nvme-sanitize-block", "nvme-format-crypto", "nvme-format-user"]


def test_what_has_no_commands_of_its_own_and_may_keep_data_aside_is_overwritten_twice():
    passes = {
        kind: techniques(kind, Capabilities(), level="clear", allow_format=False)[0][0].passes
        for kind in ("usb", "emmc", "hdd")
    }
    assert passes == {"usb": ("noise", "zeros"), "emmc": ("noise", "zeros"), "hdd": ("zeros",)}


def test_why_a_technique_is_left_out_is_told():
    able = Capabilities(hidden=1024, unusable=("security erase: the drive is frozen",))
    _found, left_out = techniques(media.HDD, able, level="purge", allow_format=False)
    assert left_out == [
        "security erase: the drive is frozen",
        "overwrite: 1024 bytes are hidden from it and cannot be laid open",
    ]


@pytest.mark.parametrize("level", ["clear", "purge"])
def test_what_an_overwrite_of_emmc_does_not_reach_is_told(level):
    _found, left_out = techniques(media.EMMC, Capabilities(), level=level, allow_format=False)
    (reason,) = left_out
    assert reason.startswith(
        "purge: no command here erases what eMMC keeps aside, its boot partitions and worn blocks;"
    )


def test_only_a_destroyed_key_leaves_noise():
    able = Capabilities(ata_sanitize=("block", "crypto"), nvme_format=("crypto", "user"))
    found, _left_out = techniques(media.SSD, able, level="clear", allow_format=True)
    assert [one.name for one in found if one.leaves_noise] == ["ata-sanitize-crypto", "nvme-format-crypto"]
