#!/bin/busybox sh
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# The first program of the guest: it takes the machine's files, read-only, as its root.
set -e
b=/bin/busybox
$b mount -t proc proc /proc
while read -r module; do $b insmod "$module"; done < /modules
$b mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=512000,cache=loose machine /root
for kind in proc:proc sysfs:sys devtmpfs:dev tmpfs:tmp tmpfs:run tmpfs:var tmpfs:mnt; do
    $b mount -t "${kind%:*}" "${kind%:*}" "/root/${kind#*:}"
done
$b mkdir -p /root/var/lib /root/run/lock
$b cp /proc/cmdline /root/run/settings
$b umount /proc
# The kernel hands what it does not know to init as its environment.
exec $b switch_root /root "${python:?}" "${agent:?}"
