# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an ordinary user could lead elsewhere is neither written nor relied on."""

from __future__ import annotations

import os
import struct

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import custody
from ansible_collections.commune.baseline.plugins.module_utils._policy.journal import Journal, JournalError
from ansible_collections.commune.baseline.plugins.module_utils._policy.rollback import restore, roll_back
from ansible_collections.commune.baseline.plugins.module_utils._policy.things.file_state import FileState
from ansible_collections.commune.baseline.plugins.module_utils._policy.writer import Writer

LAN = 4711
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")


def give(path):
    os.chown(path, LAN, LAN, follow_symlinks=False)
    return path


@pytest.fixture(name="place")
def fixture_place(tmp_path):
    """A folder of root's, in which nobody else may write."""
    (tmp_path / "etc").mkdir(mode=0o755)
    return tmp_path / "etc"


@pytest.fixture(name="journal")
def fixture_journal(tmp_path):
    return Journal("run", folder=str(tmp_path / "journal"))


def a_link_of_lan(place):
    (place / "secret").write_text("secret\n")
    (place / "a.sh").symlink_to("secret")
    give(place / "a.sh")
    return f"its link {place}/a.sh belongs to 4711, who could lead it elsewhere: remove the link"


def a_link_into_the_home_of_lan(place):
    (place / "home").mkdir()
    give(place / "home")
    (place / "a.sh").symlink_to(place / "home" / "x.sh")
    return fault(place / "home", "4711:4711 0755")


def a_chain_of_links_through_the_home_of_lan(place):
    (place / "home").mkdir()
    (place / "home" / "back").symlink_to(f"{place}/secret")
    give(place / "home")
    (place / "secret").write_text("secret\n")
    (place / "a.sh").symlink_to("b")
    (place / "b").symlink_to("home/../home/back")
    return fault(place / "home", "4711:4711 0755")


def a_folder_of_lan(place):
    give(place)
    return fault(place, "4711:4711 0755")


def a_folder_for_everybody(place):
    place.chmod(0o777)
    return fault(place, "root:root 0777")


def a_folder_for_a_group(place):
    os.chown(place, 0, LAN)
    place.chmod(0o775)
    return fault(place, "root:4711 0775")


def a_folder_like_tmp(place):
    place.chmod(0o1777)
    return fault(place, "root:root 1777")


def a_file_of_lan_in_a_folder_like_tmp(place):
    place.chmod(0o1777)
    (place / "a.sh").write_text("")
    give(place / "a.sh")
    return fault(place, "root:root 1777")


def fault(folder, rights):
    return (
        f"its folder {folder} ({rights}) can be changed by others than root, who could lead elsewhere: "
        "give it to root alone (chown root, chmod go-w)"
    )


WAYS_OF_LAN = [
    a_link_of_lan,
    a_link_into_the_home_of_lan,
    a_chain_of_links_through_the_home_of_lan,
    a_folder_of_lan,
    a_folder_for_everybody,
    a_folder_for_a_group,
    a_folder_like_tmp,
    a_file_of_lan_in_a_folder_like_tmp,
]


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("way", WAYS_OF_LAN)
def test_nothing_is_written_where_others_could_lead_it_elsewhere(place, journal, way, check_mode):
    reason = way(place)
    before = sorted(path.lstat() for path in place.rglob("*"))
    with pytest.raises(OSError, match="its ") as told:
        Writer(journal, check_mode=check_mode).put("file", f"{place}/a.sh", old=None, new=FileState(b"ours\n"))
    assert told.value.strerror == reason
    assert sorted(path.lstat() for path in place.rglob("*")) == before
    assert journal.entries() == []


def merged_usr(place):
    (place / "usr" / "lib").mkdir(parents=True)
    (place / "lib").symlink_to("usr/lib")
    return place / "lib" / "a.conf"


def os_release(place):
    (place / "usr").mkdir()
    (place / "usr" / "os-release").write_text("ID=debian\n")
    (place / "os-release").symlink_to(f"../{place.name}/usr/os-release")
    return place / "os-release"


def a_chain_of_root(place):
    (place / "alternatives").mkdir()
    (place / "real").write_text("")
    (place / "alternatives" / "a").symlink_to(place / "real")
    (place / "a").symlink_to("alternatives/./a")
    return place / "a"


def a_file_of_lan_in_a_folder_of_root(place):
    (place / "a").write_text("")
    return give(place / "a")


def a_file_of_root_in_a_folder_like_tmp(place):
    (place / "a").write_text("")
    place.chmod(0o1777)
    return place / "a"


def folders_to_come(place):
    return place / "systemd" / "a.d" / "b.conf"


@pytest.mark.parametrize(
    "way",
    [
        merged_usr,
        os_release,
        a_chain_of_root,
        a_file_of_lan_in_a_folder_of_root,
        a_file_of_root_in_a_folder_like_tmp,
        folders_to_come,
    ],
)
def test_links_and_folders_of_root_are_followed(place, journal, way):
    path = way(place)
    links = {one for one in place.rglob("*") if one.is_symlink()}
    Writer(journal, check_mode=False).put("file", str(path), old=None, new=FileState(b"ours\n"))
    assert path.read_text() == "ours\n"
    assert {one for one in place.rglob("*") if one.is_symlink()} == links


def test_a_loop_of_links_ends(place):
    (place / "a").symlink_to("b")
    (place / "b").symlink_to("a")
    assert custody.why_led_away(f"{place}/a") is None


def test_a_file_in_the_way_is_no_way(place):
    (place / "a").write_text("")
    assert custody.why_in_other_hands(f"{place}/a/b") is None


def test_an_access_list_lets_others_in_too(place):
    entries = [(1, 7, -1), (2, 7, LAN), (4, 5, -1), (0x10, 7, -1), (0x20, 5, -1)]  # acl(5): lan may write
    access = b"".join(struct.pack("<HHi", *entry) for entry in entries)
    os.setxattr(place, "system.posix_acl_access", struct.pack("<I", 2) + access)
    assert custody.why_led_away(f"{place}/a.sh") == fault(place, "root:root 0775+")


def test_a_file_that_others_can_write_says_nothing(place):
    path = place / "a.sh"
    path.write_text("")
    assert custody.why_in_other_hands(str(path)) is None
    path.chmod(0o646)
    begin, end = "says does not count, for it can be changed by others than root", "alone (chown root, chmod go-w)"
    reason = f"what {path} (root:root 0646) {begin}: give it to root {end}"
    assert custody.why_in_other_hands(str(path)) == reason
    path.chmod(0o644)
    give(path)
    assert custody.why_in_other_hands(str(path)) == reason.replace("root:root 0646", "4711:4711 0644")
    give(place)
    reason = f"what {path} says does not count: {fault(place, '4711:4711 0755')}"
    assert custody.why_in_other_hands(str(path)) == reason


@pytest.mark.parametrize("check_mode", [True, False])
def test_taking_a_run_back_does_not_write_where_others_could_lead_it_elsewhere(place, journal, check_mode):
    (place / "b.sh").write_text("old\n")
    (place / "home").mkdir()
    writer = Writer(journal, check_mode=False)
    for path, old in ((place / "home/a.sh", None), (place / "b.sh", FileState(b"old\n"))):
        writer.put("file", str(path), old=old, new=FileState(b"ours\n"))
    give(place / "home")
    with pytest.raises(JournalError, match=r"so nothing is rolled back: .*/home/a.sh: its folder .*/home .4711:4711"):
        roll_back(journal, check_mode=check_mode)
    assert (place / "b.sh").read_text() == (place / "home/a.sh").read_text() == "ours\n"


def test_the_device_itself_takes_back_all_that_nobody_could_lead_elsewhere(place, journal):
    (place / "b.sh").write_text("old\n")
    (place / "home").mkdir()
    writer = Writer(journal, check_mode=False)
    for path, old in ((place / "home/a.sh", None), (place / "b.sh", FileState(b"old\n"))):
        writer.put("file", str(path), old=old, new=FileState(b"ours\n"))
    give(place / "home")
    with pytest.raises(OSError, match="not everything could be put back"):
        restore(journal.entries(), check_mode=False, force=True)
    assert ((place / "b.sh").read_text(), (place / "home/a.sh").read_text()) == ("old\n", "ours\n")
