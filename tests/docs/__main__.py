# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make docs`: write the pages that are made from the collection itself."""

from __future__ import annotations

from tests.docs.coverage import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
