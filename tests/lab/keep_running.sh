#!/bin/sh
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# usage: keep_running.sh CGROUP COMMAND [ARGUMENT ...]
# Runs a host's systemd-nspawn inside the host's control group, again each time the guest reboots.
set -eu

echo $$ >"$1/cgroup.procs"
shift
while :; do
    code=0
    "$@" || code=$?
    # systemd-nspawn --keep-unit leaves the reboot to its caller and says so with this code.
    [ "$code" -eq 133 ] || exit "$code"
done
