# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `make docs` writes is fresh."""

from __future__ import annotations

from tests.docs.coverage import PAGE, page


def test_the_page_of_the_coverage_fits_the_catalogue_and_the_rows():
    is_fresh = PAGE.read_text("utf-8") == page()
    assert is_fresh, "docs/coverage.md does not fit catalogue/ and roles/: run make docs"
