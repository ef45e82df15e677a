# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real runs of Ansible, over HTTPS, against simulated machines: what they cost, what they change, what they survive."""

from __future__ import annotations

import datetime

import pytest

from tests.doubles.windows.machine import Machine
from tests.integration.windows.office import PASSWORD, office

POLICIES = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies"


def fresh() -> Machine:
    """A machine on which nothing but time makes a scan old enough to fail."""
    machine = Machine()
    machine.defender_status["FullScanAge"] = 1
    return machine


@pytest.mark.parametrize(("connection", "most"), [("psrp", 17), ("winrm", 19)])
def test_a_machine_is_corrected_and_then_left_alone_within_the_requests_that_the_design_allows(
    tmp_path, connection, most
):
    machine = fresh()
    with office(tmp_path, {"pc": machine}, connection) as site:
        server = site.servers["pc"]
        audit = site.run("--check")
        assert machine.writes == []
        assert (server.requests <= 7, server.bytes < 450_000) == (True, True), (server.requests, server.bytes)
        server.reset_count()
        first = site.run()
        assert (server.requests <= most, server.bytes < 1_500_000) == (True, True), (server.requests, server.bytes)
        server.reset_count()
        second = site.run()
        assert (server.requests <= 7, server.bytes < 450_000) == (True, True), (server.requests, server.bytes)
    failing = {id_ for id_, row in audit.rows().items() if row["would_change"]}
    assert len(failing) > 20
    assert failing == {id_ for id_, row in first.rows().items() if row["changed"]}
    assert {row["state"] for row in first.rows().values()} == {"pass", "not_applicable"}
    assert (second.code, second.results["pc"]["changed"]) == (0, False)
    assert machine.template["System Access"]["MinimumPasswordLength"] == "10"
    assert machine.registry.get(f"{POLICIES}\\Explorer", "NoDriveTypeAutoRun") == ("DWord", 255)
    assert machine.tasks == {}
    assert PASSWORD not in audit.printed + first.printed


def test_a_change_that_cuts_the_connection_is_taken_back_by_the_machine(tmp_path):
    machine = fresh()
    machine.remoting_allowed = False
    machine.firewall["Private"].update(Enabled="False")
    with office(tmp_path, {"pc": machine}) as site:
        machine.lag = datetime.timedelta()
        outcome = site.run('--args={"roles": ["host_firewall"]}', baseline_revert_seconds=10)
    row = outcome.rows()["WIN-FW-PrivateEnabled"]
    assert (row["state"], row["changed"]) == ("fail", False)
    assert row["reason"].startswith("no new connection was possible after the change")
    assert machine.firewall["Private"]["Enabled"] == "False"
