# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._media import waiting


@pytest.mark.parametrize(("busy", "pauses"), [(0, []), (1, [0.1]), (9, [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0])])
def test_a_drive_is_asked_until_it_is_done_and_seldomer_each_time(busy, pauses):
    states, waited = [*["at work"] * busy, "failed", "never asked"], []
    told = waiting.until_done(lambda: states.pop(0), lambda state: state == "at work", wait=waited.append)
    assert (told, waited, states) == ("failed", pytest.approx(pauses), ["never asked"])
