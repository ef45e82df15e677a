# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The handbook says the same in both languages, as far as a program can tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted({path.name for language in ("vi", "en") for path in (DOCS / language).glob("*.md")})


def structure(text: str) -> list[str]:
    """Return what a page is made of, in its order: headings by depth, blocks by language, rows of tables, lists."""
    found, inside = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside
            found += [line] if inside else []
        elif mark := re.match(r"#+ |\||- |\d\. ", line):
            found += [] if inside else [mark[0]]
    return found


def commands(text: str) -> list[str]:
    """Return the commands to type, without comments and the names that a reader replaces by their own."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = "\n".join(blocks).splitlines()
    own_names = r"@[\w-]+|NAME=\S+|inventories/\S+?(?=[/ ]|$)|may-chu-tap-tin|file-server|'It works'|'Kết nối được'"
    return [re.sub(own_names, "…", re.sub(r"\s+# .*", "", line)) for line in lines]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_there_in_both_languages_and_built_alike(page):
    vietnamese, english = ((DOCS / language / page).read_text("utf-8") for language in ("vi", "en"))
    assert structure(vietnamese) == structure(english)
    assert commands(vietnamese) == commands(english)
    assert f"](../en/{page})" in vietnamese
    assert f"](../vi/{page})" in english


@pytest.mark.parametrize(("readme", "language"), [("README.md", "en"), ("README.vi.md", "vi")])
def test_a_readme_names_every_page_of_its_language(readme, language):
    text = (DOCS.parent / readme).read_text("utf-8")
    assert [page for page in PAGES if f"](docs/{language}/{page})" not in text] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_exit_codes_are_explained_on_one_page(language):
    texts = {page: (DOCS / language / page).read_text("utf-8") for page in PAGES}
    assert [page for page, text in texts.items() if re.search(r"^\| 4 \|", text, re.MULTILINE)] == [
        "reading-results.md"
    ]
