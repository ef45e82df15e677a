# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy import dpkg, package_archive

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="this system has no dpkg-deb")

CONTROL = """Package: tiny
Status: install ok installed
Priority: optional
Maintainer: somebody <nobody@example.org>
Architecture: all
Version: 1:2-3
Conffiles:
 {etc}/tiny.conf 0123456789abcdef
 {etc}/gone.conf 0123456789abcdef
Description: a package
 with more to say

"""


@pytest.fixture(name="system")
def fixture_system(tmp_path, monkeypatch):
    """A system with one installed package, whose files lie below a folder of ours."""
    for folder in ("info", "etc", "usr/bin", "real", "usr/doc"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "lib").symlink_to("real")
    (tmp_path / "real/file").write_text("in a folder that is a link\n")
    (tmp_path / "etc/tiny.conf").write_text("edited\n")
    (tmp_path / "usr/bin/tiny").write_text("#!/bin/sh\n")
    (tmp_path / "usr/bin/tiny").chmod(0o4755)
    (tmp_path / "usr/bin/alias").symlink_to("tiny")
    (tmp_path / "usr/bin/pushed.aside").write_text("ours\n")
    (tmp_path / "usr/bin/pushed").write_text("theirs\n")
    (tmp_path / "status").write_text("Package: tin\nArchitecture: all\n\n" + CONTROL.format(etc=f"{tmp_path}/etc"))
    (tmp_path / "diversions").write_text(f"{tmp_path}/usr/bin/pushed\n{tmp_path}/usr/bin/pushed.aside\nother\n")
    (tmp_path / "info/tiny.conffiles").write_text(f"{tmp_path}/etc/tiny.conf\n{tmp_path}/etc/gone.conf\n")
    (tmp_path / "info/tiny.postinst").write_text("#!/bin/sh\n")
    (tmp_path / "info/tiny.postinst").chmod(0o755)
    names = ("etc", "etc/tiny.conf", "etc/gone.conf", "usr", "usr/bin", "usr/bin/tiny", "usr/bin/alias")
    names += ("usr/bin/pushed", "lib", "lib/file", "usr/missing")
    (tmp_path / "info/tiny.list").write_text("/.\n" + "".join(f"{tmp_path}/{name}\n" for name in names))
    monkeypatch.setattr(dpkg, "STATUS", str(tmp_path / "status"))
    monkeypatch.setattr(dpkg, "RECORDS", str(tmp_path / "info"))
    monkeypatch.setattr(package_archive, "FOLDER", str(tmp_path / "kept"))
    monkeypatch.setattr(package_archive, "_ARCHIVES", str(tmp_path / "archives"))
    monkeypatch.setattr(package_archive, "_DIVERSIONS", str(tmp_path / "diversions"))
    return tmp_path


@pytest.fixture(name="kept")
def fixture_kept(system):
    package_archive.keep(next(one for one in dpkg.packages() if one.name == "tiny"))
    return f"{system}/kept/tiny_1%3a2-3_all.deb"


@pytest.fixture(name="unpacked")
def fixture_unpacked(system, kept):
    subprocess.run(["dpkg-deb", "--raw-extract", kept, f"{system}/unpacked"], check=True)
    return system / "unpacked"


def test_what_dpkg_knows_of_the_package_is_kept(unpacked):
    assert (unpacked / "DEBIAN/control").read_text() == (
        "Package: tiny\nPriority: optional\nMaintainer: somebody <nobody@example.org>\n"
        "Architecture: all\nVersion: 1:2-3\nDescription: a package\n with more to say\n"
    )
    assert sorted(os.listdir(unpacked / "DEBIAN")) == ["conffiles", "control", "postinst"]


def test_only_configuration_files_that_are_there_are_named(unpacked, system):
    assert (unpacked / "DEBIAN/conffiles").read_text() == f"{system}/etc/tiny.conf\n"


def test_files_are_kept_as_they_are(unpacked, system):
    root = f"{unpacked}{system}"
    with open(f"{root}/etc/tiny.conf", encoding="ascii") as file:
        assert file.read() == "edited\n"
    assert os.stat(f"{root}/usr/bin/tiny").st_mode & 0o7777 == 0o4755
    assert os.readlink(f"{root}/usr/bin/alias") == "tiny"


def test_a_file_that_was_pushed_aside_is_found(unpacked, system):
    with open(f"{unpacked}{system}/usr/bin/pushed", encoding="ascii") as file:
        assert file.read() == "ours\n"


def test_a_folder_that_became_a_link_stays_a_folder_of_the_package(unpacked, system):
    assert not os.path.islink(f"{unpacked}{system}/lib")
    assert os.path.isfile(f"{unpacked}{system}/lib/file")


def test_keeping_leaves_the_installed_files_alone_and_nothing_else_behind(kept, system):
    assert os.listdir(system / "kept") == [os.path.basename(kept)]
    assert (system / "usr/bin/tiny").stat().st_nlink == 1


def test_what_apt_still_has_is_kept_as_it_is(system):
    (system / "archives").mkdir()
    (system / "archives/tiny_1%3a2-3_all.deb").write_bytes(b"the original")
    package_archive.keep(next(one for one in dpkg.packages() if one.name == "tiny"))
    assert (system / "kept/tiny_1%3a2-3_all.deb").read_bytes() == b"the original"


def test_a_kept_package_is_not_made_twice(kept, system):
    with open(kept, "wb") as file:
        file.write(b"first")
    package_archive.keep(next(one for one in dpkg.packages() if one.name == "tiny"))
    with open(kept, "rb") as file:
        assert file.read() == b"first"


def test_a_package_that_is_installed_again_is_forgotten(kept):
    package_archive.forget("tiny:all", "1:2-3")
    package_archive.forget("tiny:all", "1:2-3")
    assert not os.path.exists(kept)


def test_a_package_whose_files_nobody_knows_is_not_kept(system):
    (system / "info/tiny.list").unlink()
    with pytest.raises(OSError, match="dpkg has no list of the files of tiny:all"):
        package_archive.keep(next(one for one in dpkg.packages() if one.name == "tiny"))
    assert os.listdir(system / "kept") == []


def test_files_are_copied_where_no_link_leads(system, kept, monkeypatch):
    def refuse(*_arguments, **_named):
        raise OSError(18, "Invalid cross-device link")

    os.unlink(kept)
    monkeypatch.setattr(os, "link", refuse)
    package_archive.keep(next(one for one in dpkg.packages() if one.name == "tiny"))
    subprocess.run(["dpkg-deb", "--raw-extract", kept, f"{system}/again"], check=True)
    assert os.stat(f"{system}/again{system}/usr/bin/tiny").st_mode & 0o7777 == 0o4755
    assert os.readlink(f"{system}/again{system}/usr/bin/alias") == "tiny"
