# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wheel and the collection archive: built, installed elsewhere, and run from there without the checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, check=True)


@pytest.fixture(scope="module", name="python")
def fixture_python(tmp_path_factory):
    """A Python that has Ansible but not the editable install, whose .pth file only counts where pip put it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    own = Path(
        run(folder / "bin/python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    )
    (own / "shared.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin/python"


@pytest.fixture(name="elsewhere")
def fixture_elsewhere(python, tmp_path):
    """Run a program of Ansible in a folder of its own, with the collections installed there."""
    settings = {
        "ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "site"),
        "ANSIBLE_CALLBACKS_ENABLED": "commune.baseline.evidence",
        "ANSIBLE_HOME": str(tmp_path / "home"),
    }
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")} | settings

    def ansible(*arguments, check=True):
        command = [str(word) for word in (python, "-m", "ansible", *arguments)]
        return subprocess.run(command, cwd=tmp_path, env=environment, text=True, capture_output=True, check=check)

    return ansible


@pytest.fixture(name="archive")
def fixture_archive(elsewhere, tmp_path):
    elsewhere("galaxy", "collection", "build", "--output-path", tmp_path, ROOT)
    (archive,) = tmp_path.glob("commune-baseline-*.tar.gz")
    return archive


def assert_it_runs(elsewhere, site):
    """The playbook runs by its name, and what runs is the installed copy."""
    listed = elsewhere("galaxy", "collection", "list", "commune.baseline", "--format=json").stdout
    assert list(json.loads(listed)) == [str(site / "ansible_collections")]
    local = {"ansible_connection": "local", "ansible_become": False, "ansible_python_interpreter": sys.executable}
    target = ["--inventory", "localhost,", "--extra-vars", json.dumps(local)]
    audit = elsewhere("playbook", "commune.baseline.drift", "--check", *target, check=False)
    total = re.fullmatch(
        r"(\d+)/(\d+) lượt kiểm tra biện pháp đạt(; không áp dụng: \d+)?", audit.stdout.splitlines()[-2]
    )
    assert total, audit.stdout + audit.stderr
    assert int(total[2]) >= int(total[1]) > 0


def test_the_wheel_installs_and_runs_elsewhere(elsewhere, tmp_path):
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    run(sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--target", tmp_path / "site", wheel)
    assert_it_runs(elsewhere, tmp_path / "site")


def test_the_collection_archive_installs_and_runs_elsewhere(elsewhere, archive, tmp_path):
    elsewhere("galaxy", "collection", "install", archive, "--offline", "--collections-path", tmp_path / "site")
    assert_it_runs(elsewhere, tmp_path / "site")


def test_the_archive_holds_what_is_published_and_nothing_else(archive):
    with tarfile.open(archive) as opened:
        names = opened.getnames()
    assert {name.split("/")[0] for name in names} == {
        "CHANGELOG.md", "FILES.json", "LICENSE", "MANIFEST.json", "README.md", "README.vi.md",
        "catalogue", "changelogs", "docs", "meta", "playbooks", "plugins", "roles",
    }  # fmt: skip
    assert [name for name in names if "__pycache__" in name or name.endswith(".pyc")] == []
