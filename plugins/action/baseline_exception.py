# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._door.register_verb import RecordVerb, arguments_of
from ansible_collections.commune.baseline.plugins.plugin_utils._register.kinds import EXCEPTION


class ActionModule(RecordVerb):
    """Records what devices need not meet until a day, or changes or withdraws that."""

    KIND = EXCEPTION
    ARGUMENTS: t.ClassVar = arguments_of(EXCEPTION)
