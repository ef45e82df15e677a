#!/bin/sh
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Turns a debootstrap tree into a freshly installed small-office server. Runs inside the tree, as its root.
set -eu

# Every host gets its own identity when it starts.
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id
: >/etc/machine-id
# debootstrap copies these two from the machine that builds.
: >/etc/resolv.conf
echo localhost >/etc/hostname

# Key only, as an account that sudo asks for no password should be: useradd sets none.
useradd --create-home --shell /bin/bash ops
chmod 0440 /etc/sudoers.d/ops

systemctl --quiet enable lab-private-sysctl.service
# The console is a log file: nobody can log in there. The network is configured from outside before the host boots.
systemctl --quiet mask console-getty.service systemd-networkd-wait-online.service

apt-get clean
