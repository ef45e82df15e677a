# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulated Windows machine that the connection plugins winrm and psrp talk to.

What it is: the protocols (WS-Man, WinRS, PSRP) as far as the plugins use them, the state of a machine in terms of
Windows (registry, security template, audit policy, services), and an interpreter for the part of PowerShell 5.1 that
short scripts need. What it is not: Windows. A script that it runs may still fail on a real one.
"""
