# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import errno
import os
import stat

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.things import file_state


def write(path, text):
    old = file_state.capture(str(path)) or file_state.FileState(b"")
    file_state.put(str(path), dataclasses.replace(old, content=text.encode(errors="surrogateescape")))


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(name="file")
def fixture_file(tmp_path):
    path = tmp_path / "idle.sh"
    path.write_text("old\n")
    return path


def test_a_file_that_does_not_exist_has_no_text(tmp_path):
    assert file_state.capture(str(tmp_path / "missing")) is None


@pytest.mark.parametrize("content", [b"", b"a\r\nb\rc\n", b"no line end", b"caf\xe9 \xff\n", "tiếng Việt\n".encode()])
def test_what_is_read_and_written_again_is_the_same_bytes(file, tmp_path, content):
    file.write_bytes(content)
    write(tmp_path / "copy", file_state.capture(str(file)).text)
    assert (tmp_path / "copy").read_bytes() == content


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_a_new_file_can_be_read_by_everybody_whatever_the_umask(tmp_path, umask):
    old = os.umask(umask)
    try:
        write(tmp_path / "new.sh", "new\n")
    finally:
        os.umask(old)
    assert mode_of(tmp_path / "new.sh") == 0o644


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o4750, 0o1777])
def test_a_replaced_file_keeps_its_mode(file, mode):
    file.chmod(mode)
    write(file, "new\n")
    assert (mode_of(file), file.read_text()) == (mode, "new\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_a_replaced_file_keeps_its_owner_and_group(file):
    os.chown(file, 4711, 4712)
    write(file, "new\n")
    assert (file.stat().st_uid, file.stat().st_gid) == (4711, 4712)


def test_a_replaced_file_keeps_its_extended_attributes(file):
    try:
        os.setxattr(file, "user.note", b"kept")
    except OSError as error:
        if error.errno != errno.ENOTSUP:
            raise
        pytest.skip("the file system of the temporary folder has no extended attributes")
    write(file, "new\n")
    assert os.getxattr(file, "user.note") == b"kept"


def test_a_link_stays_and_the_file_behind_it_is_replaced(file, tmp_path):
    (tmp_path / "links").mkdir()
    link = tmp_path / "links/idle.sh"
    link.symlink_to(file)
    write(link, "new\n")
    assert (link.is_symlink(), file.read_text()) == (True, "new\n")
    assert (os.listdir(tmp_path / "links"), sorted(os.listdir(tmp_path))) == (["idle.sh"], ["idle.sh", "links"])


def test_a_reader_that_opened_the_old_file_still_reads_it_whole(file):
    with file.open() as opened:
        write(file, "new\n")
        assert opened.read() == "old\n"


def test_a_failed_write_leaves_the_old_and_nothing_else(file, tmp_path):
    with pytest.raises(UnicodeEncodeError):
        write(file, "new \ud800\n")
    assert (file.read_text(), os.listdir(tmp_path)) == ("old\n", ["idle.sh"])


def test_a_folder_is_not_replaced_and_no_temporary_file_stays(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        write(tmp_path / "folder", "new\n")
    assert os.listdir(tmp_path) == ["folder"]


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "missing/idle.sh", "new\n")
