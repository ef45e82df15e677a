# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user of a desktop can and cannot set, and what happens to a USB drive."""

from __future__ import annotations

import pytest

SESSION, SAVER = "org.gnome.desktop.session", "org.gnome.desktop.screensaver"
MEDIA, LOCKDOWN = "org.gnome.desktop.media-handling", "org.gnome.desktop.lockdown"
UINT32 = "uint32 {}".format


@pytest.fixture(name="gsettings")
def fixture_gsettings(host, lan):
    """Run gsettings as a user at the desktop, with a bus over which settings are written."""
    return lambda *words: host.run("sudo -H -u %s dbus-run-session -- gsettings " + "%s " * len(words), lan, *words)


def test_a_user_can_still_set_what_is_nobody_elses_concern(gsettings):
    assert gsettings("set", SAVER, "picture-opacity", "50").succeeded
    assert gsettings("get", SAVER, "picture-opacity").stdout.strip() == "50"


@pytest.mark.parametrize(
    ("schema", "key", "wish", "stays"),
    [
        (SESSION, "idle-delay", UINT32(0), UINT32(600)),
        (SESSION, "idle-delay", UINT32(3600), UINT32(600)),
        (SAVER, "lock-delay", UINT32(300), UINT32(0)),
        (SAVER, "lock-enabled", "false", "true"),
        (LOCKDOWN, "disable-lock-screen", "true", "false"),
        (MEDIA, "automount", "true", "false"),
        (MEDIA, "automount-open", "true", "false"),
        (MEDIA, "autorun-never", "false", "true"),
    ],
)
def test_a_user_can_neither_put_the_lock_off_nor_turn_autoplay_on(gsettings, schema, key, wish, stays):
    refused = gsettings("set", schema, key, wish)
    assert refused.failed
    assert "not writable" in refused.stderr
    assert gsettings("get", schema, key).stdout.strip() == stays


def test_what_a_user_had_set_before_does_not_count_any_more(host, lan, gsettings):
    own = "printf 'user-db:user\\n' > ~/own && DCONF_PROFILE=~/own dbus-run-session -- gsettings set %s idle-delay 0"
    host.run_expect([0], f"sudo -H -u {lan} sh -c %s", own % SESSION)
    assert gsettings("get", SESSION, "idle-delay").stdout.strip() == UINT32(600)


@pytest.mark.parametrize("module", ["usb-storage", "uas"])
def test_the_driver_of_a_usb_drive_cannot_be_loaded_where_the_site_forbids_it(host, module):
    assert "Error running install command '/bin/false'" in host.run(f"sudo modprobe {module}").stderr


def test_the_drivers_of_tokens_and_keyboards_are_not_blocked(host):
    shown = host.run("sudo modprobe --showconfig").stdout
    assert [module for module in ("usbhid", "hid_generic", "cdc_acm") if f"install {module} " in shown] == []
