# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._policy.things import kernel_parameter


@pytest.fixture(name="proc", autouse=True)
def fixture_proc(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel_parameter, "FOLDER", str(tmp_path))
    for name in ("kernel/a", *(f"net/ipv4/conf/{name}/forwarding" for name in ("all", "eth0"))):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("0\n")
    (tmp_path / "net/ipv4/ip_forward").write_text("0\n")
    (tmp_path / "net/ipv4/conf/all/accept_redirects").write_text("1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("net.ipv4.ip_forward", "net/ipv4/ip_forward"),
        ("net.ipv4.conf.eth0/1.x", "net/ipv4/conf/eth0.1/x"),
        ("net/ipv4/conf/eth0.1/x", "net/ipv4/conf/eth0.1/x"),
    ],
)
def test_a_key_names_a_path_and_a_path_a_key(key, path):
    assert kernel_parameter.path_of(key) == path
    assert kernel_parameter.path_of(kernel_parameter.key_of(path)) == path


def test_what_is_captured_can_be_put_back(proc):
    state = kernel_parameter.capture("kernel.a")
    kernel_parameter.put("kernel.a", {"kernel/a": "17"})
    assert (proc / "kernel/a").read_text() == "17\n"
    kernel_parameter.put("kernel.a", state)
    assert (proc / "kernel/a").read_text() == "0\n"


@pytest.mark.parametrize("key", ["net.ipv4.ip_forward", "net.ipv4.conf.all.forwarding"])
def test_forwarding_is_captured_with_all_that_it_resets(key):
    assert {
        "net/ipv4/conf/eth0/forwarding": "0",
        "net/ipv4/conf/all/forwarding": "0",
        "net/ipv4/conf/all/accept_redirects": "1",
    }.items() <= kernel_parameter.capture(key).items()


def test_a_key_that_is_gone_has_nothing_to_put_back(proc):
    (proc / "kernel/a").unlink()
    assert kernel_parameter.capture("kernel.a") is None
    kernel_parameter.put("kernel.a", {"kernel/a": "1"})
    kernel_parameter.put("kernel.a", None)
    assert not (proc / "kernel/a").exists()


def test_a_key_cannot_be_taken_away():
    with pytest.raises(OSError, match="cannot be taken away"):
        kernel_parameter.put("kernel.a", None)
