# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which probes of the packet lab are to be answered: the policies as a person reads them, one probe at a time.

It shares nothing with the compiler and the prover but the model, and knows no rules, intervals or classes.
"""

from __future__ import annotations

import datetime
import ipaddress

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import (
    ACCEPT,
    FIREWALL,
    INTERNET,
    Model,
    Policy,
)
from tests.lab.zones.network import Network, Probe

_ECHO = "echo-request"


def differing(network: Network, model: Model, today: datetime.date) -> dict[Probe, str | None]:
    """Return the probes of the whole matrix that a network treats otherwise than the policies say, and the answer.

    What differs is sent again, for a packet may be lost; what differs twice is no accident.
    """
    policies = {probe: deciding(model, probe, today) for probe in network.matrix()}
    asked = list(policies)
    found: dict[Probe, str] = {}
    for _attempt in range(2):
        found = network.answers(asked)
        asked = [probe for probe in asked if not _as_meant(policies[probe], probe, found.get(probe))]
        if not asked:
            break
    return {probe: found.get(probe) for probe in sorted(asked)}


def deciding(model: Model, probe: Probe, today: datetime.date) -> Policy | None:
    """Return the first policy that speaks of a probe."""
    for policy in model.policies:
        if (policy.expires is None or today <= policy.expires) and _speaks_of(model, policy, probe):
            return policy
    return None


def _as_meant(policy: Policy | None, probe: Probe, answer: str | None) -> bool:
    """Tell whether a probe was answered as it should be; of TCP, also whether it came under its own address."""
    if policy is None or policy.action != ACCEPT or answer is None:
        return (policy is not None and policy.action == ACCEPT) == (answer is not None)
    translated = policy.masquerade and ":" not in probe.source
    return probe.protocol != "tcp" or (answer != probe.source) == translated


def _speaks_of(model: Model, policy: Policy, probe: Probe) -> bool:
    if not any(is_about(model, service, probe) for service in policy.services):
        return False
    if probe.source_zone not in policy.sources or not _named(model, policy.source_hosts, probe.source):
        return False
    publish = policy.publish
    if publish and publish.address.version == ipaddress.ip_address(probe.destination).version:
        return probe.destination == str(publish.address) and probe.source_zone == INTERNET
    if _is_published(model, probe):
        return False
    return probe.destination_zone in policy.destinations and _named(model, policy.destination_hosts, probe.destination)


def _is_published(model: Model, probe: Probe) -> bool:
    """Tell whether a probe is led on to a published host, so that what holds for the firewall itself does not."""
    return probe.source_zone == INTERNET and any(
        policy.publish
        and str(policy.publish.address) == probe.destination
        and probe.destination_zone == FIREWALL
        and any(is_about(model, service, probe) for service in policy.services)
        for policy in model.policies
    )


def _named(model: Model, hosts: tuple[str, ...], address: str) -> bool:
    return not hosts or any(address == str(one) for name in hosts for one in model.hosts[name].addresses)


def is_about(model: Model, service: str, probe: Probe) -> bool:
    """Tell whether a probe asks for a service."""
    if probe.protocol == "icmp":
        return any(match.message == _ECHO for match in model.services[service])
    return any(
        match.protocol == probe.protocol and match.low <= probe.port <= match.high for match in model.services[service]
    )
