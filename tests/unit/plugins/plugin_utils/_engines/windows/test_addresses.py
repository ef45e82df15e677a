# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses of rules: what they mean, held against the module ipaddress, and that writing them keeps the meaning."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.commune.baseline.plugins.plugin_utils._engines.windows import addresses

NETWORKS = st.one_of(
    st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 32)).map(
        lambda one: ipaddress.IPv4Network((one[0], one[1]), strict=False)
    ),
    st.tuples(st.integers(0, 2**128 - 1), st.integers(0, 128)).map(
        lambda one: ipaddress.IPv6Network((one[0], one[1]), strict=False)
    ),
)


@given(st.lists(NETWORKS, max_size=4), NETWORKS)
def test_a_network_is_within_others_if_all_its_addresses_are(outer, inner):
    of_family = [one for one in outer if one.version == inner.version]
    left = [inner]
    for one in ipaddress.collapse_addresses(of_family):
        left = [part for whole in left for part in without(whole, one)]
    assert addresses.within(addresses.of([str(inner)]), addresses.of(map(str, outer))) == (not left)


def without(whole, other):
    if not whole.overlaps(other):
        return [whole]
    return [] if whole.subnet_of(other) else list(whole.address_exclude(other))


@given(st.lists(NETWORKS, max_size=4))
def test_written_they_mean_the_same_however_windows_shows_them(networks):
    found = addresses.of(one.with_netmask if one.version == 4 else str(one) for one in networks)
    assert found == addresses.of(map(str, networks))
    assert addresses.of(addresses.texts(found)) == found


@pytest.mark.parametrize(
    "text", ["10.1", "10.0.0.9-10.0.0.1", "10.0.0.1-fd00::1", "10.0.0.0/33", "", "-", None, 7, "a b"]
)
def test_what_is_no_address_is_named(text):
    with pytest.raises(ValueError, match="is no address, network or range of addresses"):
        addresses.of([text])


def test_words_are_kept_and_any_is_everything():
    assert addresses.texts(addresses.of(["Any", "LocalSubnet"])) == ["Any", "localsubnet"]
    assert not addresses.within(addresses.of(["LocalSubnet"]), addresses.of(["Any"]))
    assert addresses.within(addresses.of(["localsubnet"]), addresses.of(["LocalSubnet", "10.0.0.1"]))
