# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role antivirus on real hosts, with the real ClamAV: what it catches, and what neither users nor faults can stop.

Its signatures know the test file of EICAR alone: the servers of ClamAV are out of reach. The signed databases are those
by which ClamAV's authors test.
"""

from __future__ import annotations

import base64
import json
import shlex
import time

import pytest

from tests.integration.conftest import SUITES, Controller
from tests.lab import signatures, signed_signatures, waiting

HOSTS = list(SUITES)
EICAR = base64.b64decode("WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=")
RESULTS = "/var/lib/commune-baseline-antivirus"
UPDATE = "python3 /usr/local/lib/commune-baseline-antivirus/update_signatures.py"
MIB = 1024 * 1024


@pytest.fixture(scope="module", name="play")
def fixture_play(tmp_path_factory):
    """A playbook that applies the role alone."""
    play = {
        **{"hosts": "all", "gather_facts": False, "become": True, "vars": {"baseline_device_class": "workstation"}},
        "tasks": [{"commune.baseline.policy": {"roles": ["antivirus"]}}],
    }
    file = tmp_path_factory.mktemp("play") / "antivirus.yml"
    file.write_text(json.dumps([play]))
    return str(file)


@pytest.fixture(scope="module", name="protected")
def fixture_protected(session_lab, play):
    """Fresh hosts that the role has protected, each with an ordinary user."""
    session_lab.reset()
    for host in session_lab.hosts.values():
        root(host, "apt-get -qq update; useradd --create-home lan")
    controller = Controller(session_lab)
    run = controller.playbook(play)
    assert run.exit_code == 0, run.results
    return controller


@pytest.fixture(name="check")
def fixture_check(protected, play):
    """Look, and return what each row of a host shows."""
    return lambda host: protected.playbook(play, "--check", "--limit", host.name).rows(host.name)


@pytest.fixture(params=HOSTS, name="host")
def fixture_host(protected, request):
    return protected.lab.hosts[request.param]


@pytest.fixture(name="one_host")
def fixture_one_host(protected):
    return protected.lab.hosts["debian13"]


def root(host, script, *, check=True):
    return host.ssh(f"sudo sh -ec {shlex.quote(script)}", check=check, timeout=600)


def user(host, script):
    """Run a script as the ordinary user, without a terminal."""
    return host.ssh(f"sudo runuser -u lan -- sh -c {shlex.quote(script)}", check=False, timeout=60)


def write(host, path, content):
    """Put a file on a host from outside, where no scanner of its own watches."""
    target = host.root / path.lstrip("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)


def python(host, script):
    return root(host, f"python3 -c {shlex.quote(script)}")


def start_scan(host, scan="quick"):
    return root(host, f"systemctl start commune-baseline-scan@{scan}.service", check=False).returncode


def result_of(host, scan="quick"):
    return json.loads(root(host, f"cat {RESULTS}/{scan}.json").stdout)


def process_of(host, unit="clamav-daemon.service"):
    return root(host, f"systemctl show --property MainPID --value {unit}").stdout.strip()


def handled(host):
    time.sleep(1)  # the log of the scanner knows whole seconds
    root(host, "touch /var/lib/commune-baseline/malware-handled")


def state(rows, row):
    return rows[row]["state"]


def test_an_infected_file_is_not_opened_by_anybody_and_its_name_is_told(host, check):
    clean = user(host, "echo kế hoạch > ~/clean && cat ~/clean")
    assert clean.stdout == "kế hoạch\n"
    secret = shlex.quote(base64.b64encode(EICAR).decode())
    user(host, f"mkdir -p ~/new/folder; sleep 1; echo {secret} | base64 -d > '/home/lan/new/folder/hóa đơn.com'")
    opened = user(host, "cat '/home/lan/new/folder/hóa đơn.com'")
    assert (opened.returncode, "Operation not permitted" in opened.stderr) == (1, True)
    rows = check(host)
    assert state(rows, "LNX-AV-Detections") == "fail"
    assert "/home/lan/new/folder/hóa đơn.com: Lab.Eicar" in rows["LNX-AV-Detections"]["before"]
    root(host, "rm -r /home/lan/new")
    handled(host)
    assert state(check(host), "LNX-AV-Detections") == "pass"


def test_the_scheduled_scan_finds_what_nobody_has_opened(host, check):
    write(host, "/var/www/a/b\nc.php", EICAR)
    assert start_scan(host) != 0
    assert ["/var/www/a/b\nc.php", "Lab.Eicar.UNOFFICIAL"] in result_of(host)["detections"]
    assert "/var/www/a/b?c.php: Lab.Eicar" in check(host)["LNX-AV-Detections"]["before"]
    told = root(host, "journalctl --priority alert --unit commune-baseline-scan@quick.service --output cat --no-pager")
    assert "malware found: '/var/www/a/b\\nc.php'" in told.stdout
    root(host, "rm -r /var/www")
    handled(host)
    assert start_scan(host) == 0
    assert state(check(host), "LNX-AV-Detections") == "pass"


def test_a_full_scan_looks_where_a_quick_one_does_not(one_host):
    write(one_host, "/usr/share/games/level.dat", EICAR)
    assert start_scan(one_host) == 0
    assert start_scan(one_host, "full") != 0
    full, quick = result_of(one_host, "full"), result_of(one_host)
    assert [path for path, _name in full["detections"]] == ["/usr/share/games/level.dat"]
    assert full["files"] > 5000 > quick["files"]
    root(one_host, "rm -r /usr/share/games/level.dat")
    handled(one_host)


def test_a_machine_that_was_off_at_the_time_of_the_scan_is_scanned_when_it_is_on_again(one_host):
    timer = "commune-baseline-quick-scan.timer"
    root(
        one_host,
        f"mkdir -p /etc/systemd/system/{timer}.d; rm -f {RESULTS}/quick.json;"
        f"printf '[Timer]\\nRandomizedDelaySec=0\\n' > /etc/systemd/system/{timer}.d/zz-test.conf;"
        f"systemctl daemon-reload; systemctl stop {timer}; touch -d '8 days ago' /var/lib/systemd/timers/stamp-{timer}",
    )
    one_host.reboot()
    assert waiting.holds(
        lambda: root(one_host, f"test -e {RESULTS}/quick.json", check=False).returncode == 0, within=60
    )
    assert result_of(one_host)["files"] > 100
    root(one_host, f"rm /etc/systemd/system/{timer}.d/zz-test.conf; systemctl daemon-reload")


# Whoever leaves before the answer is not heard.
_SOCKET = 's = socket.socket(1); s.connect("/run/clamav/clamd.ctl")'
SHUTDOWN = f"""python3 -c 'import socket; {_SOCKET}; s.send(b"zSHUTDOWN\\0"); s.recv(1)'"""


def test_a_user_can_neither_stop_nor_blind_nor_remove_the_scanner(host):
    before = process_of(host), process_of(host, "clamav-clamonacc.service")
    for script in (
        SHUTDOWN,
        "systemctl stop clamav-daemon.service",
        "systemctl disable --now clamav-clamonacc.service",
        f"kill {before[0]}",
        f"kill -9 {before[1]}",
        "apt-get remove -y clamav-daemon",
        "rm /var/lib/clamav/daily.cud",
        "echo 'ExcludePath .*' >> /etc/clamav/clamd.conf",
        "touch /var/lib/commune-baseline/malware-handled",
        f"touch {RESULTS}/quick.json",
    ):
        assert user(host, script).returncode != 0, script
    assert (process_of(host), process_of(host, "clamav-clamonacc.service")) == before


def test_without_the_row_a_user_could_stop_the_scanner_and_even_then_it_comes_back(host):
    before = process_of(host)
    root(host, "chmod 0666 /run/clamav/clamd.ctl")
    assert user(host, SHUTDOWN).returncode == 0
    assert waiting.holds(lambda: process_of(host) not in ("0", before), within=30)
    root(host, "systemctl restart clamav-daemon.socket; systemctl start clamav-daemon.service clamav-clamonacc.service")


def test_what_root_has_stopped_the_next_run_starts_again(protected, play, one_host, check):
    root(one_host, "systemctl disable --now clamav-clamonacc.service clamav-daemon.socket clamav-daemon.service")
    rows = check(one_host)
    for row in ("LNX-AV-Daemon", "LNX-AV-OnAccess", "LNX-AV-Detects"):
        assert state(rows, row) == "fail"
    rows = protected.playbook(play, "--limit", one_host.name).rows(one_host.name)
    for row in ("LNX-AV-Daemon", "LNX-AV-OnAccess", "LNX-AV-Detects"):
        assert state(rows, row) == "pass"


def test_signatures_that_are_older_than_three_days_fail(host, check):
    for days, wanted in ((4, "fail"), (2, "pass")):
        write(host, "/var/lib/clamav/daily.cud", signatures.database(made=time.time() - days * 24 * 60 * 60))
        root(host, "systemctl restart clamav-daemon.service")
        rows = check(host)
        assert (state(rows, "LNX-AV-SignatureAge"), rows["LNX-AV-SignatureAge"]["before"]) == (wanted, days)


def test_archive_bombs_neither_stop_the_scanner_nor_hide_what_lies_beside_them(one_host):
    before = process_of(one_host)
    python(
        one_host,
        "import io, os, zipfile\n"
        "os.makedirs('/opt/bombs')\n"
        "with zipfile.ZipFile('/opt/bombs/large.zip', 'w', zipfile.ZIP_DEFLATED) as archive:\n"
        "    with archive.open('zeros', 'w', force_zip64=True) as zeros:\n"
        "        for _ in range(1024): zeros.write(bytes(2**20))\n"
        "content = b'x'\n"
        "for depth in range(40):\n"
        "    packed = io.BytesIO()\n"
        "    with zipfile.ZipFile(packed, 'w') as archive:\n"
        "        for number in range(3): archive.writestr(f'{depth}-{number}.zip', content)\n"
        "    content = packed.getvalue() if len(packed.getvalue()) < 2**22 else content\n"
        "open('/opt/bombs/deep.zip', 'wb').write(content)\n",
    )
    write(one_host, "/opt/bombs/eicar", EICAR)
    assert start_scan(one_host) != 0
    assert [path for path, _name in result_of(one_host)["detections"]] == ["/opt/bombs/eicar"]
    assert process_of(one_host) == before
    root(one_host, "rm -r /opt/bombs")
    handled(one_host)


def test_one_infected_file_among_a_hundred_thousand_is_found(one_host):
    root(one_host, "mkdir /opt/many; mount -t tmpfs none /opt/many")
    python(
        one_host,
        "import os\n"
        "for folder in range(100):\n"
        "    os.makedirs(f'/opt/many/{folder}')\n"
        "    for number in range(1000): open(f'/opt/many/{folder}/{number}', 'w').write(str(number))\n",
    )
    root(one_host, f"echo {base64.b64encode(EICAR).decode()} | base64 -d > /opt/many/57/423.com")
    assert start_scan(one_host) != 0
    result = result_of(one_host)
    assert (result["files"] >= 100_000, result["detections"]) == (
        True,
        [["/opt/many/57/423.com", "Lab.Eicar.UNOFFICIAL"]],
    )
    root(one_host, "umount /opt/many; rmdir /opt/many")
    handled(one_host)


def test_a_scan_that_cannot_be_recorded_fails_and_leaves_the_last_result(one_host):
    root(one_host, f"mount -t tmpfs -o size=64k,uid=$(id -u clamav),mode=0750 none {RESULTS}")
    old = json.dumps({"ended": 1790000000, "detections": []})
    root(one_host, f"echo {shlex.quote(old)} > {RESULTS}/quick.json; cat /dev/zero > {RESULTS}/fill || true")
    assert start_scan(one_host) != 0
    assert result_of(one_host) == json.loads(old)
    root(one_host, f"ls -A {RESULTS} | grep -vx -e fill -e quick.json && exit 1; umount {RESULTS}")


def test_a_scan_that_loses_the_scanner_records_nothing(one_host):
    assert start_scan(one_host) == 0
    before = result_of(one_host)
    root(one_host, "systemctl stop clamav-clamonacc.service clamav-daemon.socket clamav-daemon.service")
    root(one_host, "systemctl mask --runtime clamav-daemon.service; rm -f /run/clamav/clamd.ctl")
    assert start_scan(one_host) != 0
    assert result_of(one_host) == before
    root(one_host, "systemctl unmask --runtime clamav-daemon.service; systemctl start clamav-daemon.socket")
    root(one_host, "systemctl start clamav-daemon.service clamav-clamonacc.service")


@pytest.fixture(name="medium")
def fixture_medium(one_host):
    """Put signed databases on what stands for a medium; afterwards the host has those of the lab again."""

    def put(**versions):
        root(one_host, "rm -rf /opt/medium; mkdir /opt/medium")
        for name, version in versions.items():
            file = signed_signatures.folder() / f"test-{version}.cvd"
            write(one_host, f"/opt/medium/{name}.cvd", file.read_bytes())

    yield put
    root(one_host, "rm -rf /opt/medium /var/lib/clamav/*.cvd; systemctl restart clamav-daemon.service")


def database_of(host):
    return root(host, "cd /var/lib/clamav && sha256sum *.c?d; ls -A | grep incoming || true").stdout


def test_signed_signatures_from_a_medium_replace_older_ones_and_are_loaded(one_host, medium):
    medium(main=4, daily=5)
    done = root(one_host, f"{UPDATE} /opt/medium")
    assert done.stdout == "main is version 4 now\ndaily is version 5 now\n"
    owner = root(one_host, "stat --format '%U %a' /var/lib/clamav/daily.cvd").stdout
    assert owner == "clamav 644\n"
    known = root(one_host, "sleep 3; grep -a 'Database correctly reloaded' /var/log/clamav/clamav.log | tail -1").stdout
    assert "reloaded" in known
    medium(main=4, daily=6)
    assert root(one_host, f"{UPDATE} /opt/medium").stdout == (
        "main stays: the medium has nothing newer\ndaily is version 6 now\n"
    )
    medium(daily=3)
    before = database_of(one_host)
    assert root(one_host, f"{UPDATE} /opt/medium").stdout == "daily stays: the medium has nothing newer\n"
    assert database_of(one_host) == before


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("truncate --size=5000 /opt/medium/daily.cvd", "daily.cvd is damaged, incomplete or not ClamAV's own"),
        ("truncate --size=0 /opt/medium/daily.cvd", "daily.cvd is damaged, incomplete or not ClamAV's own"),
        ("printf x | dd of=/opt/medium/daily.cvd bs=1 seek=4000 conv=notrunc", "daily.cvd is damaged"),
        ("cp /var/lib/clamav/daily.cud /opt/medium/daily.cvd", "daily.cvd is damaged, incomplete or not ClamAV's own"),
        ("ln -sf /etc/shadow /opt/medium/daily.cvd", "daily.cvd cannot be read"),
        ("rm /opt/medium/daily.cvd; mkfifo /opt/medium/daily.cvd", "daily.cvd is no file"),
        ("rm /opt/medium/*", "/opt/medium holds none of main.cvd, daily.cvd, bytecode.cvd"),
    ],
)
def test_a_fault_on_the_medium_leaves_the_old_signatures_in_force(one_host, medium, fault, said):
    medium(main=4, daily=5)
    root(one_host, fault)
    before = database_of(one_host)
    done = root(one_host, f"{UPDATE} /opt/medium", check=False)
    assert (done.returncode, said in done.stderr) == (1, True), done.stderr
    assert database_of(one_host) == before
    assert (
        "Lab.Eicar"
        in root(one_host, f"echo {base64.b64encode(EICAR).decode()} | base64 -d | clamscan -", check=False).stdout
    )


def test_a_full_disk_leaves_the_old_signatures_in_force(one_host, medium):
    medium(main=4, daily=5)
    root(one_host, "cp -a /var/lib/clamav/daily.cud /root; mount -t tmpfs -o size=32k,mode=0755 none /var/lib/clamav")
    root(one_host, "cp -a /root/daily.cud /var/lib/clamav; cat /dev/zero > /var/lib/clamav/fill || true")
    before = database_of(one_host)
    done = root(one_host, f"{UPDATE} /opt/medium", check=False)
    assert (done.returncode, "No space left on device" in done.stderr) == (1, True), done.stderr
    assert database_of(one_host) == before
    root(one_host, "umount /var/lib/clamav")


def test_the_update_service_takes_new_signatures_from_a_mirror(one_host, check):
    """The mirror stands on the host itself; it gives what a server of ClamAV would: signed databases, by http."""
    for name, version in (("main", 4), ("daily", 5)):
        content = (signed_signatures.folder() / f"test-{version}.cvd").read_bytes()
        write(one_host, f"/srv/mirror/{name}.cvd", content)
    root(
        one_host,
        "cp -a /var/lib/clamav/daily.cud /etc/clamav/freshclam.conf /root; chmod u+w /etc/clamav/freshclam.conf;"
        "printf 'PrivateMirror http://127.0.0.1:8080\\nExcludeDatabase bytecode\\n' >> /etc/clamav/freshclam.conf;"
        "systemctl stop clamav-freshclam.service; rm /var/lib/clamav/daily.cud;"
        "systemd-run --unit mirror --working-directory /srv/mirror python3 -m http.server --bind 127.0.0.1 8080",
    )
    listens = "ss --no-header --listening --tcp 'sport = :8080' | grep -q LISTEN"
    assert waiting.holds(lambda: root(one_host, listens, check=False).returncode == 0, within=60)
    root(one_host, "systemctl start clamav-freshclam.service")
    arrived = "test -e /var/lib/clamav/main.cvd -a -e /var/lib/clamav/daily.cvd"
    assert waiting.holds(lambda: root(one_host, arrived, check=False).returncode == 0, within=60)
    # ClamAV's authors made it in 2021.
    assert waiting.holds(lambda: state(check(one_host), "LNX-AV-SignatureAge") == "fail", within=60)
    root(
        one_host,
        "systemctl stop mirror; cp -a /root/freshclam.conf /etc/clamav; cp -a /root/daily.cud /var/lib/clamav;"
        "rm /var/lib/clamav/*.cvd; systemctl restart clamav-freshclam.service clamav-daemon.service",
    )
    assert state(check(one_host), "LNX-AV-SignatureAge") == "pass"
