# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong on the way to a machine is told in a sentence, and never taken for an answer."""

from __future__ import annotations

import json

import pytest

from tests.doubles.windows import certificate
from tests.doubles.windows.machine import Machine
from tests.integration.windows.office import PASSWORD, office

WRONG = {
    "wrong password": {"ansible_password": "wrong"},
    "certificate for another name": {"ansible_host": "localhost"},
    "nobody listens": {"ansible_port": 9},
    "no certificate here": {
        "ansible_psrp_ca_cert": "/nowhere/ca.pem",
        "ansible_winrm_ca_trust_path": "/nowhere/ca.pem",
    },
}
LOCK = f"--args={json.dumps({'roles': ['session_lock']})}"


@pytest.mark.parametrize("connection", ["psrp", "winrm"])
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("wrong password", "Windows refuses the account or its password: see ansible_user and ansible_password"),
        ("expired certificate", "the certificate of the device has expired: make a new one on it"),
        ("expired certificate of its own", "the certificate of the device has expired: make a new one on it"),
        ("certificate of another authority", "the certificate of the device is not the one that is trusted here"),
        ("other certificate of its own", "the certificate of the device is not the one that is trusted here"),
        ("certificate for another name", "the certificate of the device is not for the name or address"),
        ("no certificate here", "the file of the certificate that is trusted here is missing"),
        ("HTTP where HTTPS is asked", "the device answers without encryption where HTTPS is asked"),
        ("nobody listens", "the device does not answer at this address and port"),
    ],
)
def test_a_machine_that_cannot_be_trusted_or_does_not_trust_us_is_not_looked_at(tmp_path, connection, fault, said):
    machine = Machine()
    with office(
        tmp_path,
        {"pc": machine},
        connection,
        https=fault != "HTTP where HTTPS is asked",
        expired=fault.startswith("expired certificate"),
        self_signed="of its own" in fault,
    ) as site:
        if fault == "certificate of another authority":
            certificate.context(tmp_path / "pc", expired=False)  # a new one, which did not issue the machine's
        if fault == "other certificate of its own":
            certificate.context(tmp_path / "pc", expired=False, self_signed=True)
        outcome = site.run(LOCK, "-vvv", **WRONG.get(fault, {}))
    assert (outcome.code in (2, 4), machine.writes) == (True, [])
    assert "controls" not in outcome.results["pc"]
    message = outcome.results["pc"]["msg"]
    assert (message.removeprefix("Task failed: ").startswith(said), "Caused by" in message) == (True, False), message
    assert PASSWORD not in outcome.printed


@pytest.mark.parametrize("connection", ["psrp", "winrm"])
def test_the_certificate_that_a_machine_signed_itself_is_trusted_where_its_copy_lies(tmp_path, connection):
    with office(tmp_path, {"pc": Machine()}, connection, self_signed=True) as site:
        outcome = site.run(LOCK, "--check")
    assert "controls" in outcome.results["pc"]


@pytest.mark.parametrize("connection", ["psrp", "winrm"])
def test_a_machine_that_hangs_up_halfway_is_not_taken_for_one_that_answered(tmp_path, connection):
    machine = Machine()
    with office(tmp_path, {"pc": machine}, connection) as site:
        site.servers["pc"].hang_up_after = 4
        outcome = site.run(LOCK)
    assert outcome.code in (2, 4)
    assert "controls" not in outcome.results["pc"]


def test_an_answer_that_is_cut_off_is_refused(tmp_path):
    machine = Machine()
    with office(tmp_path, {"pc": machine}) as site:
        site.servers["pc"].cut_output_to = 200
        outcome = site.run(LOCK)
    assert outcome.code == 2
    assert "controls" not in outcome.results["pc"]


def test_no_secret_of_the_connection_is_printed_or_kept(tmp_path):
    machine = Machine()
    with office(tmp_path, {"pc": machine}) as site:
        outcome = site.run(LOCK, "-vvv", "--diff")
    assert outcome.code == 0
    assert PASSWORD not in outcome.printed
    assert not any(PASSWORD.encode() in content for content in machine.files.values())
