# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.kind import KINDS
from ansible_collections.commune.baseline.plugins.plugin_utils._policy import row_fields


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_has_a_field_of_its_own_with_the_name_of_one_that_all_rows_may_have(kind):
    assert sorted(row_fields._SHAPES.keys() & KINDS[kind].FIELDS.keys()) == []
