# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the proof of a firewall costs, and how many faults it shows, and real packets beside it."""

from __future__ import annotations

import itertools
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.commune.baseline.plugins.plugin_utils._zones import nft_host
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.flows import flows_of
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.host import flows_at
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.model import Model
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.nftables import TABLE, ruleset
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.prover import prove
from ansible_collections.commune.baseline.plugins.plugin_utils._zones.reading import read_model
from tests.bench.results import Result
from tests.integration.zones.edits import ALIKE, edits, is_proven
from tests.integration.zones.expected import differing
from tests.integration.zones.hosts import HOSTS
from tests.integration.zones.mutations import MUTATIONS, mutated
from tests.integration.zones.namespace import listed
from tests.integration.zones.site import SITE, TODAY
from tests.lab.zones.network import Network

TOPIC = "zones"
_INSIDE, _HOSTS, _POLICIES = 11, 8, 150
_FEWEST_RULES = 600


def measure() -> list[Result]:
    """Prove in network namespaces of their own: the rules of this machine are not touched."""
    return [_large_proof(), _default_site(), _faults_shown(), _faults_of_host_shown()]


def _large_proof() -> Result:
    model = _large_model()
    held = listed(ruleset(model, flows_of(model, TODAY)))
    rules = sum("rule" in entry for entry in held["nftables"])
    if rules < _FEWEST_RULES:
        raise SystemExit(f"bench: the large model has {rules} rules, not {_FEWEST_RULES}")
    begin = time.perf_counter()
    proof = prove(model, held, TABLE, TODAY)
    seconds = time.perf_counter() - begin
    if not proof.holds:
        raise SystemExit(f"bench: the large model is not what its ruleset does: {proof}")
    name = f"proof of {rules} rules and {len(model.zones)} zones, IPv4 and IPv6 ({proof.cases} classes of packets)"
    return Result(TOPIC, name, seconds, "s", 10)


def _default_site() -> Result:
    """From the file to the last probe; only building the namespaces is not counted, a site has its network."""
    with Network(read_model(SITE)).up() as network:
        begin = time.perf_counter()
        model = read_model(SITE)
        network.load(ruleset(model, flows_of(model, TODAY)))
        holds = prove(model, network.listed(), TABLE, TODAY).holds
        wrong = differing(network, model, TODAY)
        seconds = time.perf_counter() - begin
        if wrong or not holds:
            raise SystemExit(f"bench: the default site does not do what its policies say: {wrong}")
        name = f"the default site compiled, loaded, proven, and probed by {len(network.matrix())} real packets"
    return Result(TOPIC, name, seconds, "s", 10)


def _faults_shown() -> Result:
    model = read_model(SITE)
    rules = ruleset(model, flows_of(model, TODAY))
    faulty = [mutated(name, rules) for name in MUTATIONS]
    shown = sum(not prove(model, listed(one), TABLE, TODAY).holds for one in faulty)
    probed = _shown_by_probes(model, faulty)
    name = f"of {len(faulty)} faults in the ruleset of the default site, shown by the proof (by probes: {probed})"
    return Result(TOPIC, name, 100 * shown / len(faulty), "%", 100, at_least=True)


def _faults_of_host_shown() -> Result:
    model, host = read_model(SITE), HOSTS["may-chu-tep"]
    held = listed(nft_host.ruleset(model, host, flows_at(model, host, TODAY)))
    faulty = [held for what, held in edits(held) if not what.endswith(ALIKE)]
    shown = sum(not is_proven(model, host, one) for one in faulty)
    name = f"of {len(faulty)} faults, one in each comparison of the ruleset of a host, shown by the proof"
    return Result(TOPIC, name, 100 * shown / len(faulty), "%", 100, at_least=True)


def _shown_by_probes(model: Model, faulty: list[str]) -> int:
    shown = 0
    with Network(model).up() as network:
        for rules in faulty:
            network.load(rules)
            shown += bool(differing(network, model, TODAY))
    return shown


def _large_model() -> Model:
    """Return a site of a district: one zone at the border, eleven inside, and a policy for each pair and more."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "zones.yml"
        path.write_text(yaml.safe_dump(_large_site(), sort_keys=False), "utf-8")
        return read_model(path)


def _large_site() -> dict[str, Any]:
    zones = {f"z{one}": _zone(one) for one in range(_INSIDE)}
    hosts = {f"h{one}-{host}": _host(one, host) for one in range(_INSIDE) for host in range(_HOSTS)}
    services = {
        f"s{one}": {"tcp": [1000 + 7 * one, f"{20000 + 10 * one}-{20004 + 10 * one}"], "udp": [3000 + 5 * one]}
        for one in range(20)
    }
    pairs = itertools.cycle(itertools.permutations(range(_INSIDE), 2))
    return {
        "zones": {"edge": {"interfaces": ["wan0"], "internet": True}, **zones},
        "zone_hosts": hosts,
        "zone_services": services,
        "zone_policies": [_policy(number, *next(pairs)) for number in range(_POLICIES)],
        "zone_never": [
            {"from": ["internet"], "to": list(zones), "reason": "inside"},
            {"from": list(zones), "to": ["internet"], "reason": "outside"},
        ],
    }


def _zone(one: int) -> dict[str, Any]:
    return {"interfaces": [f"eth{one}"], "vlan": 100 + one, "networks": [f"10.50.{one}.0/24", f"fd50:0:0:{one}::/64"]}


def _host(zone: int, host: int) -> dict[str, Any]:
    return {"zone": f"z{zone}", "addresses": [f"10.50.{zone}.{10 + host}", f"fd50:0:0:{zone}::{10 + host}"]}


def _policy(number: int, source: int, destination: int) -> dict[str, Any]:
    return {
        "name": f"p{number}",
        "from": [f"z{source}"],
        "to": [f"z{destination}"],
        "src": [f"h{source}-{number % _HOSTS}", f"h{source}-{(number + 3) % _HOSTS}"],
        "dst": [f"h{destination}-{(number * 5) % _HOSTS}"],
        "services": [f"s{number % 20}", f"s{(number + 9) % 20}"],
        "reason": "work",
    }
