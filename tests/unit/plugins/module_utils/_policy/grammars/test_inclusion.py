# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import inclusion


def test_all_that_can_be_reached_is_read_once_even_if_files_include_each_other():
    files = {"/a": "/b /c", "/b": "/a /missing", "/c": "/b"}
    read = []

    def text(path):
        read.append(path)
        return files.get(path)

    found = inclusion.reachable(["/a"], lambda _path, text: text.split(), lambda pattern: [pattern], text)
    assert found == [("/a", "/b /c"), ("/b", "/a /missing"), ("/c", "/b")]
    assert sorted(read) == ["/a", "/b", "/c", "/missing"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/d/*.conf", ["/d/1.conf", "/d/2.conf"]),
        ("/d/?.conf", ["/d/1.conf", "/d/2.conf"]),
        ("/d/.*", ["/d/.3.conf"]),
        ("/*/1.conf", ["/d/1.conf"]),
        ("/*.conf", []),
        ("/d/2.conf", ["/d/2.conf"]),
    ],
)
def test_a_pattern_stands_for_names_in_one_folder_in_their_order(pattern, found):
    assert inclusion.matching(pattern, ["/d/2.conf", "/d/1.conf", "/d/.3.conf", "/d/e/1.conf"]) == found
