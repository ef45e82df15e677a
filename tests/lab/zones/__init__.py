# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network namespace for each zone and one for the firewall between them; real packets go through a real kernel.

It knows zones, addresses and ports of a model, and nothing of policies: which probe is answered is for the tests to
judge.
"""
