# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets in on real hosts, with which password, from where, as what; tried as a stranger would, before and after."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.integration.conftest import Controller

HARDEN, ROLLBACK, DRIFT = "playbooks/harden.yml", "playbooks/rollback.yml", "playbooks/drift.yml"
SETUP = """
set -eu
useradd --create-home --shell /bin/bash pi
useradd --create-home --shell /bin/bash lan
useradd --create-home --shell /bin/bash hoa
printf 'pi:raspberry\\n' | chpasswd --crypt-method YESCRYPT
printf 'lan:Mot-Mat-Khau-9\\n' | chpasswd --crypt-method SHA512
gpasswd --members lan,pi sudo
gpasswd --members lan,pi disk
install -d -m 0700 -o lan /home/lan/.ssh
install -d -m 0700 /root/.ssh
ssh-keygen -q -t ed25519 -N '' -f /home/ops/key
chown ops /home/ops/key
install -m 0600 -o lan /home/ops/key.pub /home/lan/.ssh/authorized_keys
cat /home/ops/.ssh/authorized_keys /home/ops/key.pub > /root/.ssh/authorized_keys
"""
SSH = (
    "ssh -F none -i /home/ops/key -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no "
    "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
)
# su asks for a password only whom it does not trust.
BY_PASSWORD = "echo {} | setpriv --reuid=65534 --regid=65534 --clear-groups su {} -c 'echo in' 2> /dev/null"  # noqa: S105
NETWORK = "10.77.0.0/24"


@pytest.fixture(name="controller")
def fixture_controller(session_lab):
    session_lab.reset()
    for host in session_lab.hosts.values():
        subprocess.run([*host.ssh_command(), "sudo sh"], input=SETUP, text=True, check=True, capture_output=True)
    return Controller(session_lab)


@pytest.fixture(name="hosts")
def fixture_hosts(controller):
    return controller.lab.hosts


@pytest.fixture(name="harden")
def fixture_harden(controller):
    """Harden what the rows or controls named are about, with knobs of the site."""

    def harden(*only, **knobs):
        site = {"baseline_device_class": "server", "baseline_only": list(only), **knobs}
        return controller.playbook(HARDEN, "--extra-vars", json.dumps(site))

    return harden


def by_password(host, account, password):
    return host.ssh(f"sudo sh -c {json.dumps(BY_PASSWORD.format(password, account))}", check=False).stdout.strip()


def by_key(host, account, address):
    """Log in from an address of the host itself; return what came of it."""
    return host.ssh(f"{SSH} -b {address} {account}@{address} echo in 2>&1", check=False).stdout.strip()


def test_a_password_that_everybody_knows_opens_nothing_any_more(hosts, harden, controller):
    for host in hosts.values():
        assert (by_password(host, "pi", "raspberry"), by_password(host, "lan", "Mot-Mat-Khau-9")) == ("in", "in")
    hashes = {name: host.ssh("sudo getent shadow pi | cut -d: -f2").stdout.strip() for name, host in hosts.items()}
    run = harden("LNX-ACCOUNT-KnownPasswords")
    told = json.dumps(run.results)
    for name, host in hosts.items():
        assert (run.row(name)["before"], run.row(name)["state"]) == ({"pi": "known"}, "pass")
        assert (by_password(host, "pi", "raspberry"), by_password(host, "lan", "Mot-Mat-Khau-9")) == ("", "in")
        assert host.ssh("sudo grep -rE '[$](6|y)[$]' /var/lib/commune-baseline", check=False).stdout == ""
        assert hashes[name].startswith("$y$")
        assert hashes[name] not in told
        assert "raspberry" not in told
    (run_id,) = {result["run"] for result in run.results.values()}
    controller.playbook(ROLLBACK, "--extra-vars", f"run={run_id}")
    for name, host in hosts.items():
        assert host.ssh("sudo getent shadow pi | cut -d: -f2").stdout.strip() == hashes[name]


def test_administrators_are_those_whom_the_site_lists_and_a_planted_one_is_gone(hosts, harden):
    run = harden("LNX-ADMIN-Members", "LNX-ADMIN-Powers", account_policy_administrators=["ops", "hoa"])
    for name, host in hosts.items():
        assert {seen["state"] for seen in run.rows(name).values()} == {"pass"}
        assert host.ssh("getent group sudo").stdout.strip().rpartition(":")[2].split(",") == ["ops", "hoa"]
        assert host.ssh("getent group disk").stdout.strip().endswith(":")
        assert "not allowed" in host.ssh("sudo sudo --list --other-user=pi").stdout
        assert "(ALL : ALL) ALL" in host.ssh("sudo sudo --list --other-user=hoa").stdout


def test_from_another_network_nobody_gets_in_and_our_own_is_never_shut_out(hosts, harden):
    wrong = harden("LNX-SSH-AllowedSources", ssh_server_allowed_sources=["192.0.2.0/24"])
    for name, host in hosts.items():
        reason = "we came in from 10.77.0.1, which is in none of 192.0.2.0/24: add its network"
        seen = wrong.row(name)
        assert (seen["state"], seen["reason"], seen["changed"]) == ("fail", reason, False)
        assert by_key(host, "lan", "127.0.0.1") == "in"
    right = harden("LNX-SSH-AllowedSources", ssh_server_allowed_sources=[NETWORK])
    for name, host in hosts.items():
        own = host.ssh("hostname --all-ip-addresses").stdout.split()[0]
        assert (right.row(name)["state"], right.row(name)["changed"]) == ("pass", True)
        assert "Permission denied" in by_key(host, "lan", "127.0.0.1")
        assert by_key(host, "lan", own) == "in"
    wider = harden("LNX-SSH-AllowedSources", ssh_server_allowed_sources=[NETWORK, "127.0.0.0/8"])
    for name, host in hosts.items():
        assert (wider.row(name)["state"], by_key(host, "lan", "127.0.0.1")) == ("pass", "in")


def test_only_members_of_the_groups_that_are_listed_get_in(hosts, harden):
    run = harden("LNX-SSH-AllowedGroups", ssh_server_allowed_groups=["ops"])
    for name, host in hosts.items():
        assert run.row(name)["state"] == "pass"
        assert "Permission denied" in by_key(host, "lan", "127.0.0.1")


def test_a_key_alone_is_not_enough_but_for_the_account_of_ansible(hosts, harden):
    for methods in ("publickey,password", "publickey,keyboard-interactive"):
        run = harden("LNX-SSH-AuthenticationMethods", ssh_server_authentication_methods=methods)
        for name, host in hosts.items():
            assert run.row(name)["state"] == "pass"
            assert f"Permission denied ({methods.partition(',')[2]})" in by_key(host, "lan", "127.0.0.1")
            assert host.ssh("echo in").stdout == "in\n"


def test_what_was_added_to_our_own_file_of_sshd_is_found_and_goes(hosts, harden, controller):
    methods, ours = "publickey,password", "/etc/ssh/sshd_config.d/00-commune-baseline-methods.conf"
    site = {"baseline_device_class": "server", "baseline_only": ["LNX-SSH-AuthenticationMethods"]}
    knobs = {"ssh_server_authentication_methods": methods}
    asked = "sudo sshd -T -C user=lan,host=h,addr=127.0.0.1 | grep -i ^authenticationmethods"
    harden("LNX-SSH-AuthenticationMethods", **knobs)
    for host in hosts.values():
        assert host.ssh(asked).stdout.split() == ["authenticationmethods", methods]
        host.ssh(f"printf 'Match User lan\\n\\tAuthenticationMethods publickey\\n' | sudo tee -a {ours}")
        assert host.ssh(asked).stdout.split() == ["authenticationmethods", "publickey"]
        host.ssh("sudo systemctl restart ssh")
        assert by_key(host, "lan", "127.0.0.1") == "in"
    checked = controller.playbook(DRIFT, "--check", "--extra-vars", json.dumps({**site, **knobs}))
    corrected = harden("LNX-SSH-AuthenticationMethods", **knobs)
    for name, host in hosts.items():
        seen = checked.row(name)
        reason = f"{ours} is ours alone, and holds something else than we write"
        assert (seen["state"], seen["reason"], seen["would_change"]) == ("fail", reason, True)
        assert (corrected.row(name)["state"], corrected.row(name)["changed"]) == ("pass", True)
        assert host.ssh(asked).stdout.split() == ["authenticationmethods", methods]
        assert "Permission denied (password)" in by_key(host, "lan", "127.0.0.1")
    assert not any(harden("LNX-SSH-AuthenticationMethods", **knobs).row(name)["changed"] for name in hosts)


# A folder that lan can write, behind a link of root; a link of lan in a folder of root.
LED_AWAY = {
    "/etc/profile.d/zz-commune-baseline.sh": "LNX-SHELL-TMOUT",
    "/etc/ssh/sshd_config.d/00-commune-baseline-groups.conf": "LNX-SSH-AllowedGroups",
    "/etc/ssh/sshd_config.d/00-commune-baseline.conf": "LNX-SSH-X11Forwarding",
}


@pytest.mark.parametrize("owned", ["link", "folder"])
def test_root_writes_nowhere_where_a_user_could_lead_it(hosts, harden, controller, owned):
    fault, owner = ("its link", "lan") if owned == "link" else ("its folder /home/lan (lan:lan 07", "root")
    for host in hosts.values():
        for number, path in enumerate(LED_AWAY):
            target = f"/{'root' if owned == 'link' else 'home/lan'}/{number}"
            host.ssh(f"sudo sh -c '> {target}; ln -s {target} {path}; chown -h {owner} {path}'")
        host.ssh("sudo systemctl restart ssh")
    knobs = {"ssh_server_allowed_groups": ["ops"]}
    site = {"baseline_device_class": "server", "baseline_only": list(LED_AWAY.values()), **knobs}
    checked = controller.playbook(DRIFT, "--check", "--extra-vars", json.dumps(site))
    for run in (checked, harden(*LED_AWAY.values(), **knobs)):
        for name, host in hosts.items():
            for path, row in LED_AWAY.items():
                seen = run.rows(name)[row]
                assert (seen["state"], seen["changed"], seen["would_change"]) == ("fail", False, False), seen["reason"]
                assert f"cannot write {path}: {fault}" in seen["reason"]
            assert host.ssh("sudo find /root /home/lan -name '[0-9]' -empty | wc -l").stdout == f"{len(LED_AWAY)}\n"


def test_root_is_told_to_come_in_as_somebody_else_and_the_other_rows_stay(hosts, harden):
    run = harden("LNX-SSH-PermitRootLogin", "LNX-SSH-X11Forwarding", ansible_user="root")
    for name, host in hosts.items():
        seen = run.rows(name)
        assert (seen["LNX-SSH-PermitRootLogin"]["state"], seen["LNX-SSH-X11Forwarding"]["state"]) == ("fail", "pass")
        assert seen["LNX-SSH-PermitRootLogin"]["reason"].startswith("we came in as root")
        assert host.ssh("sudo sshd -T | grep -i x11forwarding").stdout == "x11forwarding no\n"
        assert by_key(host, "root", "127.0.0.1") == "in"
    harden("LNX-SSH-PermitRootLogin")
    for host in hosts.values():
        assert "Permission denied" in by_key(host, "root", "127.0.0.1")


# Every unit runs agetty, which is asked below whether it knows such an option.
AUTOLOGINS = r"""
set -eu
cd /etc/systemd/system
for tty in 3 4 5 6; do install -d getty@tty$tty.service.d; done
printf '[Service]\nExecStart=\nExecStart=-agetty --noclear \\\n  --autologin lan %%I\n' > getty@tty3.service.d/a.conf
printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin lan %%I\n' > /usr/local/linked
ln -s /usr/local/linked getty@tty4.service.d/a.conf
printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autolog lan %%I\n' > getty@tty5.service.d/a.conf
printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty -8a lan %%I\n' > getty@tty6.service.d/a.conf
systemctl daemon-reload
"""


def test_every_way_in_which_a_console_lets_somebody_in_is_found(hosts, controller):
    site = {"baseline_device_class": "server", "baseline_only": ["LNX-LOGIN-ConsoleAutologin"]}
    check = (DRIFT, "--check", "--extra-vars", json.dumps(site))
    assert {controller.playbook(*check).row(name)["state"] for name in hosts} == {"pass"}
    for host in hosts.values():
        subprocess.run([*host.ssh_command(), "sudo sh"], input=AUTOLOGINS, text=True, check=True, capture_output=True)
        for option in ("--autolog", "-8a"):
            said = host.ssh(f"/sbin/agetty {option} 2>&1", check=False).stdout
            assert "requires an argument" in said.partition("\n")[0]
    found = controller.playbook(*check)
    for name, host in hosts.items():
        seen = found.row(name)
        assert (seen["state"], seen["before"]) == ("fail", [f"getty@tty{tty}.service" for tty in (3, 4, 5, 6)])
        assert seen["where"] == "/etc/systemd/system/getty@tty3.service.d/a.conf"
        host.ssh(
            "sudo sh -c 'rm -r /etc/systemd/system/getty@*.d; install -D /dev/null /etc/credstore/agetty.autologin'"
        )
    unread = controller.playbook(*check)
    for name, host in hosts.items():
        assert "/etc/credstore/agetty.autologin" in unread.row(name)["before"]
        host.ssh("sudo rm /etc/credstore/agetty.autologin; sudo systemctl daemon-reload")
    assert {controller.playbook(*check).row(name)["state"] for name in hosts} == {"pass"}


LIGHTDM = r"""
exec > /dev/null 2>&1
set -eu
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends lightdm
install -d /etc/lightdm/lightdm.conf.d /usr/local/share/lightdm/lightdm.conf.d
printf '[SeatDefaults]\nautologin-user=lan\n[Seat:seat0]\nautologin-user=hoa\n' >> /etc/lightdm/lightdm.conf
"""
# What LightDM reads besides, and no person would think of.
FURTHER = {
    "/etc/lightdm/lightdm.conf.d/.x.conf": "[Seat:seat0]",
    "/etc/lightdm/lightdm.conf.d/x.conf": "[Seat:s*]",
    "/usr/local/share/lightdm/lightdm.conf.d/x.conf": "[Seat:*]",
}


def test_every_way_in_which_lightdm_logs_somebody_in_is_found(hosts, harden, controller):
    row = "LNX-LIGHTDM-AutologinUser"
    shown = "/usr/sbin/lightdm --show-config 2>&1 | grep -c autologin-user="
    site = {"baseline_device_class": "server", "baseline_only": [row]}
    for host in hosts.values():
        subprocess.run([*host.ssh_command(), "sudo sh"], input=LIGHTDM, text=True, check=True)
        assert host.ssh(shown).stdout == "2\n"
    run = harden(row)
    for name, host in hosts.items():
        assert (run.row(name)["state"], run.row(name)["changed"]) == ("pass", True)
        assert host.ssh(shown, check=False).stdout == "0\n"
    for path, section in FURTHER.items():
        for host in hosts.values():
            host.ssh(f"printf '{section}\\nautologin-user=lan\\n' | sudo tee {path}")
            assert host.ssh(shown).stdout == "1\n"
        run = controller.playbook(DRIFT, "--check", "--extra-vars", json.dumps(site))
        for name, host in hosts.items():
            assert (run.row(name)["state"], path in run.row(name)["reason"]) == ("fail", True)
            host.ssh(f"sudo rm {path}")


@pytest.mark.parametrize(
    ("only", "knobs", "sentence"),
    [
        ("AC-03", {"account_policy_lockout_attempts": 2}, "attempts is 2; control AC-03 demands at least 3"),
        ("AC-03", {"account_policy_lockout_attempts": 6}, "attempts is 6; control AC-03 allows at most 5"),
        ("AC-01", {"account_policy_password_min_length": 80}, "is 80; more than 64 would shut people out"),
        ("RA-02", {"ssh_server_banner": " "}, "which says nothing; it needs a text"),
        ("ND-03", {"ssh_server_allowed_sources": ["10.77.0.1/24"]}, "10.77.0.1/24 has host bits set"),
        ("AC-11", {"account_policy_administrators": []}, "it names nobody"),
    ],
)
def test_a_knob_that_would_harm_is_refused_before_anything_is_done(session_lab, only, knobs, sentence):
    site = {"baseline_device_class": "server", "baseline_only": [only], **knobs}
    run = Controller(session_lab).playbook(HARDEN, "--extra-vars", json.dumps(site))
    assert run.exit_code == 2
    for result in run.results.values():
        assert sentence in result["msg"]
        assert "controls" not in result
