# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What our grammars read is what sshd, sudo and systemd themselves read, for hundreds of files made by chance."""

from __future__ import annotations

import base64
import json
import random
import zlib

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.grammars import sshd, sudoers, systemd
from tests.integration.conftest import SUITES

CASES = 150

SSHD_VALUES = {
    "PermitRootLogin": ["no", "yes", '"no"'],
    "maxauthtries": ["3", '"4"'],
    "Banner": ["/a b", '"/a b"', "/a#b", "'/q q'", "/etc/issue"],
    "LOGLEVEL": ["ERROR", "VERBOSE"],
}
SSHD_LINES = ["{} {}", "{}={}", "{} = {}", "  {}\t{} ", "#{} {}", "{} {} # c", '"{}" {}', "Match User nobody # {} {}"]
SUDO_VALUES = ["5", '"7"', '"a, b"', "a\\,b", '"a \\" b"', '"x#y"', "/x\\ y"]
SUDO_ITEMS = [
    *("use_pty", "!use_pty", "! !use_pty", "!env_reset", "timestamp_timeout = -1", 'timestamp_timeout="5"'),
    *("logfile=/x#y", 'logfile= "/x y"', *(f"passprompt={value}" for value in SUDO_VALUES)),
]
SUDO_REACHES = ["", "", "", ":ops", "@h", "!/bin/ls", ">root", ":a , b", ":#10", ":%#10"]
UNIT_LINES = [
    "{}={}",
    "{} = {}",
    "  {}={}  ",
    "#{}={}",
    ";{}={}",
    "# {}={} \\",
    "[Unit]",
    "[Service]",
    "[X-y]",
    "garbage",
]
UNIT_VALUES = ["a", "b c", "d=e", '"q"', "x;y", "p#q", "", "t\\", "u\\\\", "\\"]

# Each asks one program about all texts, and prints what it says, None for a text that it refuses.
ASK_SSHD = """
os.makedirs("/run/sshd", exist_ok=True)
def ask(text):
    done = run(["sshd", "-T", "-f", put("/tmp/text", text)])
    return None if done.returncode else dict(line.partition(" ")[::2] for line in done.stdout.splitlines())
answers = [ask(text) for text in texts]
"""
ASK_SUDO = """
def ask(text):
    if run(["visudo", "-c", "-f", put("/tmp/text", text)]).returncode:
        return None
    said = run(["cvtsudoers", "-f", "json", "-d", "all", "/tmp/text"]).stdout
    return json.loads(said or "{}").get("Defaults", [])
answers = [ask(text) for text in texts]
"""
ASK_SYSTEMD = """
names = [f"grammar{number:03d}.service" for number, text in enumerate(texts)]
for name, text in zip(names, texts):
    put(f"/run/systemd/system/{name}", text)
run(["systemctl", "daemon-reload"])
said = run(["systemctl", "show", "--property=Description", *names]).stdout.split("\\n\\n")
for name in names:
    os.unlink(f"/run/systemd/system/{name}")
run(["systemctl", "daemon-reload"])
answers = [line.strip().partition("=")[2] for line in said]
answers = [None if answer == name else answer for name, answer in zip(names, answers)]
"""
PROGRAM = """
import base64, json, os, subprocess, sys, zlib
def run(words):
    return subprocess.run(words, capture_output=True, text=True)
def put(path, text):
    with open(path, "w", newline="") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(text)
    return path
texts = json.loads(zlib.decompress(base64.b64decode(sys.argv[1])))
ANSWERS
print(json.dumps(answers))
"""


def ask(host, program, texts):
    data = base64.b64encode(zlib.compress(json.dumps(texts).encode())).decode()
    source = base64.b64encode(PROGRAM.replace("ANSWERS", program).encode()).decode()
    start = f"import base64; exec(base64.b64decode('{source}'))"
    return json.loads(host.ssh(f'sudo python3 -c "{start}" {data}', timeout=120).stdout)


def joined(chance, lines):
    end = chance.choice(["\n", "\n", "\r\n"])
    return end.join(line.replace("\n", end) for line in lines) + chance.choice(["", end])


@pytest.fixture(params=list(SUITES), name="host")
def fixture_host(request, session_lab):
    return session_lab.host(request.param)


def test_sshd_reads_what_we_read(host):
    chance = random.Random(1)  # noqa: S311 - files, no secrets

    def line():
        key = chance.choice(list(SSHD_VALUES))
        return chance.choice(SSHD_LINES).format(key, chance.choice(SSHD_VALUES[key]))

    texts = ["", *(joined(chance, [line() for dummy in range(chance.randint(1, 7))]) for dummy in range(CASES))]
    default, *answers = ask(host, ASK_SSHD, texts)
    assert answers.count(None) < CASES / 2
    for text, answer in zip(texts[1:], answers, strict=True):
        for key in SSHD_VALUES if answer else ():
            value = sshd.read([("/f", text)], key).value
            assert (text, value or default[key.lower()]) == (text, answer[key.lower()])


def test_sudo_reads_what_we_read(host):
    chance = random.Random(2)  # noqa: S311 - files, no secrets

    def line():
        items = [chance.choice(SUDO_ITEMS) for dummy in range(chance.randint(1, 3))]
        blank, end = chance.choice([" ", "\t", " \\\n  "]), chance.choice(["", "  ", " # c", " # c \\"])
        start = chance.choice(["", "", "  ", "#", "# c \\\n"])
        return f"{start}Defaults{chance.choice(SUDO_REACHES)}{blank}{chance.choice([',', ' , ']).join(items)}{end}"

    texts = [joined(chance, [line() for dummy in range(chance.randint(1, 5))]) for dummy in range(CASES)]
    answers = ask(host, ASK_SUDO, texts)
    assert answers.count(None) < CASES / 2
    for text, answer in zip(texts, answers, strict=True):
        for key in ("use_pty", "timestamp_timeout", "passprompt", "logfile", "env_reset") if answer is not None else ():
            lines = [(one, "Binding" in line) for line in answer for one in line["Options"]]
            set_to = [(one[key], is_bound) for one, is_bound in lines if key in one]
            for_all = [value for value, is_bound in set_to if not is_bound]
            ours = sudoers.read([("/f", text)], key).value
            exceptions = [value for value, dummy_where in sudoers.exceptions([("/f", text)], key)]
            assert (text, ours) == (text, for_all[-1] if for_all else None)
            assert (text, exceptions) == (text, [value for value, is_bound in set_to if is_bound])


def test_systemd_reads_what_we_read(host):
    chance = random.Random(3)  # noqa: S311 - files, no secrets

    def line():
        key = chance.choice(["Description", "Description", "Documentation", "Xyz"])
        return chance.choice(UNIT_LINES).format(key, chance.choice(UNIT_VALUES))

    head = ["[Service]", "ExecStart=/bin/true", "[Unit]"]
    texts = [joined(chance, [*head, *(line() for dummy in range(chance.randint(1, 8)))]) for dummy in range(CASES)]
    ours = [systemd.read([("/f", text)], "Description", "Unit").value for text in texts]
    assert len(set(ours)) > 5
    assert list(zip(texts, ours, strict=True)) == list(zip(texts, ask(host, ASK_SYSTEMD, texts), strict=True))
