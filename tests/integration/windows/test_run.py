# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of Ansible, over HTTPS, against simulated machines: what they cost, what they change, what they survive."""

from __future__ import annotations

import datetime
import uuid

import pytest

from tests.doubles.windows.machine import Machine
from tests.doubles.windows.rules import rule
from tests.integration.windows.many_rows import collection_with
from tests.integration.windows.office import COMPLIANT_BYTES, DECIDED, DRIFT_BYTES, PASSWORD, office, zones

POLICIES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies"


def fresh() -> Machine:
    """A machine on which nothing but time makes a scan old enough to fail."""
    machine = Machine()
    machine.defender_status["FullScanAge"] = 1
    return machine


@pytest.mark.parametrize("connection", ["psrp", "winrm"])
def test_a_machine_is_corrected_and_then_left_alone_within_the_requests_that_the_design_allows(tmp_path, connection):
    machine = fresh()
    apps = [f"{{{uuid.UUID(int=number)}}}" for number in range(200)]  # about as many as a PC has
    machine.rules += [rule(name, "Any", Package="S-1-15-2-1") for name in apps]
    zones(tmp_path)
    with office(tmp_path, {"pc": machine}, connection) as site:
        server = site.servers["pc"]
        audit = site.run("--check", **DECIDED)
        assert machine.writes == []
        assert (server.requests <= 7, server.bytes < COMPLIANT_BYTES) == (True, True), (server.requests, server.bytes)
        server.reset_count()
        first = site.run(**DECIDED)
        assert (server.requests <= 17, server.bytes < DRIFT_BYTES) == (True, True), (server.requests, server.bytes)
        server.reset_count()
        second = site.run(**DECIDED)
        assert (server.requests <= 7, server.bytes < COMPLIANT_BYTES) == (True, True), (server.requests, server.bytes)
    failing = {id_ for id_, row in audit.rows().items() if row["would_change"]}
    assert len(failing) > 20
    assert failing == {id_ for id_, row in first.rows().items() if row["changed"]}
    assert {row["state"] for row in first.rows().values()} == {"pass", "not_applicable"}
    assert (second.code, second.results["pc"]["changed"]) == (0, False)
    assert machine.template["System Access"]["MinimumPasswordLength"] == "10"
    assert machine.registry.get(f"{POLICIES}\\Explorer", "NoDriveTypeAutoRun") == ("DWord", 255)
    assert machine.tasks == {}
    assert PASSWORD not in audit.printed + first.printed


@pytest.mark.parametrize("connection", ["psrp", "winrm"])
def test_a_change_that_cuts_the_connection_is_taken_back_by_the_machine(tmp_path, connection):
    machine = fresh()
    machine.remoting_allowed = False
    machine.firewall["Private"].update(Enabled="False")
    machine.firewall["Public"].update(Enabled="False")
    with office(tmp_path, {"pc": machine}, connection) as site:
        outcome = site.run('--args={"roles": ["host_firewall"]}', baseline_revert_seconds=10)
    rows = outcome.rows()
    for name in ("Private", "Public"):  # of which only the first did cut it: what was written together goes together
        row = rows[f"WIN-FW-{name}Enabled"]
        assert (row["state"], row["changed"]) == ("fail", False)
        assert row["reason"] == "no new connection was possible after the change, so the device took it back"
        assert machine.firewall[name]["Enabled"] == "False"
    assert rows["WIN-FW-DomainEnabled"]["state"] == "pass"
    assert machine.tasks == {}


@pytest.mark.parametrize("connection", ["psrp", "winrm"])
def test_a_change_that_was_taken_back_before_the_new_connection_came_is_told_as_such(tmp_path, connection):
    machine = fresh()
    machine.firewall["Private"].update(Enabled="False")
    with office(tmp_path, {"pc": machine}, connection) as site:

        def let_time_pass():
            if machine.tasks:
                machine.lag = datetime.timedelta(hours=1)

        site.servers["pc"].after_request = let_time_pass
        outcome = site.run('--args={"roles": ["host_firewall"]}')
    row = outcome.rows()["WIN-FW-PrivateEnabled"]
    assert (row["state"], row["changed"], row["after"]) == ("fail", False, "False")
    assert row["reason"] == "no new connection was possible after the change, so the device took it back"
    assert (machine.firewall["Private"]["Enabled"], machine.tasks) == ("False", {})


@pytest.mark.parametrize("connection", ["psrp", "winrm"])
def test_a_change_whose_answer_was_lost_stays_if_a_new_connection_shows_it(tmp_path, connection):
    machine = fresh()
    machine.firewall["Private"].update(Enabled="False")
    lost = []
    with office(tmp_path, {"pc": machine}, connection) as site:
        server = site.servers["pc"]

        def lose_the_answer():
            if machine.tasks and not lost:
                lost.append(server.requests)
                server.hang_up_after = server.requests

        server.after_request = lose_the_answer
        outcome = site.run('--args={"roles": ["host_firewall"]}')
    row = outcome.rows()["WIN-FW-PrivateEnabled"]
    assert (row["state"], row["changed"], row["after"]) == ("pass", True, "True")
    assert (machine.firewall["Private"]["Enabled"], machine.tasks, len(lost)) == ("True", {}, 1)


@pytest.mark.parametrize("connection", ["psrp", "winrm"])
def test_a_change_that_leaves_the_connection_stays(tmp_path, connection):
    machine = fresh()
    machine.firewall["Private"].update(Enabled="False")
    with office(tmp_path, {"pc": machine}, connection) as site:
        outcome = site.run('--args={"roles": ["host_firewall"]}', baseline_revert_seconds=10)
        machine.lag = machine.lag.max // 100_000_000  # long after the revert would have come
        site.run("--check", '--args={"roles": ["host_firewall"]}')
    assert outcome.rows()["WIN-FW-PrivateEnabled"]["changed"] is True
    assert machine.firewall["Private"]["Enabled"] == "True"


def test_the_number_of_rows_does_not_change_the_number_of_requests_for_ten_machines(tmp_path):
    """Bars of the design: 7 requests for a compliant machine, 17 for one with drift.

    What is to be written may need one more request if all of 300 rows drifted: the connection cuts it into pieces.
    """
    machines = {f"pc{number}": fresh() for number in range(10)}
    counted = {}
    for rows in (30, 300):
        place = tmp_path / str(rows)
        place.mkdir()
        with office(place, machines) as site:
            collections = str(collection_with(place, rows))
            for mode in ("drift", "compliant"):
                outcome = site.run(collections=collections)
                assert {len(outcome.rows(name)) for name in machines} == {rows}
                assert outcome.code == 0
                counted[rows, mode] = {server.requests for server in site.servers.values()}
                most_bytes = max(server.bytes for server in site.servers.values())
                assert most_bytes < (DRIFT_BYTES if mode == "drift" else COMPLIANT_BYTES), (rows, mode, most_bytes)
                for server in site.servers.values():
                    server.reset_count()
    assert counted[30, "compliant"] == counted[300, "compliant"]
    assert max(counted[300, "drift"]) <= 17
    assert max(counted[300, "compliant"]) <= 7


@pytest.mark.parametrize("connection", ["psrp", "winrm"])
@pytest.mark.parametrize(("programs", "most", "most_bytes"), [(200, 7, COMPLIANT_BYTES), (5000, 8, 700_000)])
def test_many_programs_are_told_in_a_packed_answer(tmp_path, connection, programs, most, most_bytes):
    machine = fresh()
    for number in range(programs):
        machine.add_program(
            f"Phần mềm {number * 7919:x}", f"Nhà cung cấp {number % 90}", DisplayVersion=f"{number}.0.1"
        )
    with office(tmp_path, {"pc": machine}, connection) as site:
        outcome = site.run("--check", software_control_allowed_programs=["Phần mềm 0"])
        server = site.servers["pc"]
        assert (server.requests <= most, server.bytes < most_bytes) == (True, True), (server.requests, server.bytes)
    row = outcome.rows()["WIN-SOFTWARE-Machine"]
    assert (row["state"], len(row["after"])) == ("fail", min(programs - 1, 201))
