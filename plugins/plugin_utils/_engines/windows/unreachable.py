# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Why a Windows device was not reached, in one sentence that says what would be right.

What psrp and winrm say is that of requests, OpenSSL and pypsrp, over several lines of source code.
"""

from __future__ import annotations

_PASSWORD = "Windows refuses the account or its password: see ansible_user and ansible_password, which is in the vault"  # noqa: S105
_EXPIRED = (
    "the certificate of the device has expired: make a new one on it, and put a copy where ansible_psrp_ca_cert or"
    " ansible_winrm_ca_trust_path says"
)
_OTHER_NAME = (
    "the certificate of the device is not for the name or address by which it is reached: make one that names it, or"
    " give the register the address that the certificate has"
)
_NOT_TRUSTED = (
    "the certificate of the device is not the one that is trusted here, nor from an authority that is: see"
    " ansible_psrp_ca_cert or ansible_winrm_ca_trust_path, and whether this is the right device"
)
_NO_FILE = (
    "the file of the certificate that is trusted here is missing: copy the certificate of the device to where"
    " ansible_psrp_ca_cert or ansible_winrm_ca_trust_path says"
)
_NOT_TLS = (
    "the device answers without encryption where HTTPS is asked: give WinRM on it a listener for HTTPS, and see that"
    " ansible_port is the port of that one (5986)"
)
_SILENT = (
    "the device does not answer at this address and port: it is off or elsewhere, WinRM does not run on it, or a"
    " firewall does not let the controller in"
)
_BREAKS_OFF = "the connection broke off halfway: the device, or the network to it, went away"
# Signs in what is said, in small letters, the most special ones first.
_SIGNS = (
    ("credentials were rejected", _PASSWORD),
    ("failed to authenticate the user", _PASSWORD),
    ("certificate has expired", _EXPIRED),
    ("certificate is not valid for", _OTHER_NAME),
    ("certificate verify failed", _NOT_TRUSTED),
    ("could not find a suitable tls ca certificate bundle", _NO_FILE),
    ("wrong_version_number", _NOT_TLS),
    ("record layer failure", _NOT_TLS),
    ("failed to establish a new connection", _SILENT),
    ("connect timeout", _SILENT),
    ("connection aborted", _BREAKS_OFF),
)


def explained(said: str) -> str | None:
    """Return the sentence for what a connection plugin said, or the one that is in it already; None for what is new."""
    known = (sentence for _sign, sentence in _SIGNS if sentence in said)
    small = said.lower()
    return next(known, None) or next((sentence for sign, sentence in _SIGNS if sign in small), None)
