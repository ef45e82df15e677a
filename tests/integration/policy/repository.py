# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An archive of security fixes of the test's own, made and signed by Debian's tools, and served on each host itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.lab.host import Host

ADDRESS = "http://127.0.0.1:8001"
KEY = "etc/apt/keyrings/test.asc"
SERVED = "srv/archive/debian-security"
FAILING = "#!/bin/sh\nexit 1\n"
_SERVE = (
    "systemctl is-active --quiet archive || sudo systemd-run --quiet --unit=archive --working-directory=/srv/archive"
    " python3 -m http.server --bind 127.0.0.1 8001; while ! ss -Hltn | grep -q :8001; do sleep 0.1; done"
)


@dataclass(frozen=True)
class Archive:
    """Packages, and the key that signs their lists."""

    folder: Path
    keys: Path

    def add(self, name: str, version: str, *fields: str, postinst: str = "") -> Path:
        """Build a package; return its file."""
        with tempfile.TemporaryDirectory() as folder:
            control = Path(folder, "DEBIAN/control")
            control.parent.mkdir()
            facts = (f"Package: {name}", f"Version: {version}", "Architecture: all", "Maintainer: test <t@example.org>")
            control.write_text("\n".join([*facts, *fields, f"Description: {name}", ""]))
            if postinst:
                script = control.with_name("postinst")
                script.write_text(postinst)
                script.chmod(0o755)
            file = self.folder / f"{name}_{version}_all.deb"
            Path(folder).chmod(0o755)
            _run("dpkg-deb", "--root-owner-group", "--build", folder, str(file))
        return file

    def publish(self, host: Host, *, days_ago: int = 0, forged: bool = False) -> None:
        """Serve the archive on a host under the name of its release; forged, it is changed behind its signature."""
        suite = f"{codename(host)}-security"
        place = self.folder / "dists" / suite
        (place / "main/binary-amd64").mkdir(parents=True, exist_ok=True)
        (place / "main/binary-amd64/Packages").write_text(_run("apt-ftparchive", "packages", ".", cwd=self.folder))
        (place / "InRelease").unlink(missing_ok=True)
        facts = {"Origin": "Debian", "Label": "Debian-Security", "Suite": suite, "Codename": suite}
        facts |= {"Components": "main", "Architectures": "amd64 all"}
        options = [f"--option=APT::FTPArchive::Release::{name}={value}" for name, value in facts.items()]
        release = _run("apt-ftparchive", *options, "release", ".", cwd=place).splitlines(keepends=True)
        date = _run("date", "--utc", f"--date={days_ago} days ago", "+Date: %a, %d %b %Y %H:%M:%S UTC")
        text = "".join(date if line.startswith("Date:") else line for line in release)
        signed = _run("gpg", *self._gpg(), "--clearsign", "--output", "-", text=text)
        (place / "InRelease").write_text(signed.replace("Components: main", "Components: evil") if forged else signed)
        shutil.rmtree(host.root / SERVED, ignore_errors=True)
        shutil.copytree(self.folder, host.root / SERVED)
        (host.root / KEY).write_text(_run("gpg", *self._gpg(), "--armor", "--export"))
        host.ssh(_SERVE)

    def _gpg(self) -> tuple[str, ...]:
        return ("--homedir", str(self.keys), "--batch", "--quiet")


@contextmanager
def archive() -> Iterator[Archive]:
    """Make an empty archive with a key of its own, in a folder whose short name the socket of gpg's agent needs."""
    with tempfile.TemporaryDirectory(prefix="archive-") as folder:
        made = Archive(Path(folder, "files"), Path(folder, "k"))
        made.folder.mkdir()
        made.keys.mkdir(mode=0o700)
        _run("gpg", *made._gpg(), "--passphrase", "", "--quick-generate-key", "test@example.org", "ed25519", "sign")
        try:
            yield made
        finally:
            _run("gpgconf", "--homedir", str(made.keys), "--kill", "all")


def use(host: Host, *, address: str = ADDRESS, options: str = f"signed-by=/{KEY}") -> None:
    """Let a host get its packages from the archive alone."""
    for file in (host.root / "etc/apt/sources.list.d").iterdir():
        file.unlink()
    line = f"deb [{options}] {address}/debian-security {codename(host)}-security main\n"
    (host.root / "etc/apt/sources.list").write_text(line)


def codename(host: Host) -> str:
    return host.ssh(". /etc/os-release; echo $VERSION_CODENAME").stdout.strip()


def _run(*words: str, text: str | None = None, cwd: Path | None = None) -> str:
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(
        words, input=text, text=True, cwd=cwd, capture_output=True, timeout=60, env=environment, check=False
    )
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout
