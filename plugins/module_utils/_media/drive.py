# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module util is PRIVATE to the collection. It can change at any time.

"""One door to what drives of all kinds can do by themselves."""

from __future__ import annotations

from ansible_collections.commune.baseline.plugins.module_utils._media import ata, nvme, scsi
from ansible_collections.commune.baseline.plugins.module_utils._media import medium as media
from ansible_collections.commune.baseline.plugins.module_utils._media.capabilities import Capabilities
from ansible_collections.commune.baseline.plugins.module_utils._media.errors import MediaError, TechniqueError
from ansible_collections.commune.baseline.plugins.module_utils._media.medium import Medium
from ansible_collections.commune.baseline.plugins.module_utils._media.technique import Technique

_ATA, _SCSI = (media.HDD, media.SSD), (media.SAS_HDD, media.SAS_SSD)


def capabilities(medium: Medium) -> Capabilities:
    """Return what the drive says that it can do; what cannot be asked about is told among what is unusable."""
    try:
        if medium.kind in _ATA:
            return ata.capabilities(medium.path)
        if medium.kind in _SCSI:
            return scsi.capabilities(medium.path)
        if medium.kind == media.NVME:
            return nvme.capabilities(medium.name)
    except (OSError, KeyError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"its answer cannot be read ({error!r})"
        return Capabilities(unusable=(f"the drive's own commands: {reason}",))
    return Capabilities()


def carry_out(technique: Technique, medium: Medium, minutes: int) -> None:
    """Let the drive erase itself, until it says itself that it is done; raise TechniqueError if it says otherwise."""
    family, _dash, method = technique.name.partition("-sanitize-")
    try:
        if technique.name == "ata-security-erase-enhanced":
            ata.security_erase(medium.path, minutes)
        elif technique.name.startswith("nvme-format-"):
            nvme.format_namespace(medium.name, technique.name.rpartition("-")[2])
        elif family == "ata":
            ata.sanitize(medium.path, method)
        elif family == "scsi":
            scsi.sanitize(medium.path, method)
        elif family == "nvme":
            nvme.sanitize(medium.name, method)
        else:
            raise MediaError(f"there is no technique {technique.name}")
    except OSError as error:
        raise TechniqueError(f"{technique.name} cannot be carried out: {error.strerror}") from error
