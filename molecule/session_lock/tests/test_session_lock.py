# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person who logs in meets, asked of the shell itself."""

from __future__ import annotations

import pytest

TEN_MINUTES = 600


def login_shell(host, *lines):
    """Type lines into an interactive login bash and return what it prints."""
    return host.run("printf '%%s\\n' %s | bash -li", "\n".join(lines)).stdout.strip()


@pytest.mark.parametrize("user", ["ops", "root"])
def test_an_idle_login_shell_closes_after_ten_minutes(host, user):
    with host.sudo(user):
        assert 0 < int(login_shell(host, 'echo "$TMOUT"')) <= TEN_MINUTES


def test_a_user_cannot_switch_the_time_out_off(host):
    assert login_shell(host, "TMOUT=0", "unset TMOUT", 'echo "$TMOUT"') == str(TEN_MINUTES)


def test_a_posix_shell_still_reads_start_up_files_that_set_their_own_time_out(host):
    assert host.run("sh -c '. /etc/profile; TMOUT=5; echo alive'").stdout.strip() == "alive"
