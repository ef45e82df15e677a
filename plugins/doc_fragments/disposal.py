# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What all verbs on the disposal of media have in common: the device, the order, and who asked and may approve."""

    DOCUMENTATION = r"""
options:
  name:
    description: Name of the device, in any case.
    type: str
    required: true
  order:
    description: Number of the order, which is that of the approvals in the register.
    type: str
    required: true
  requested_by:
    description: Code of the person who asked for the disposal.
    type: str
    required: true
  approver_roles:
    description:
      - Who may approve, as the site's rules have it (DC-02). An approval counts if its scope begins with C(asset) or
        C(system).
    type: dict
    suboptions:
      asset:
        description:
          - The roles of which the signer of an approval for C(asset) needs one. Such an approval names one device.
        type: list
        elements: str
        choices: &roles
          - chu_tich
          - chu_quan
          - don_vi_van_hanh
          - bo_phan_attt
          - phong_vhxh
          - van_phong
          - it_officer
          - nguoi_kiem
          - thu_truong
          - cong_an
          - nguoi_dung
          - cap_tren
          - van_phong_tinh_uy
          - nha_cung_cap
        default: [cap_tren, chu_tich, chu_quan, thu_truong]
      system:
        description:
          - The roles of which one of those who approve for C(system) needs one. The others may also have one of
            O(approver_roles.asset). Such an approval may name many devices.
        type: list
        elements: str
        choices: *roles
        default: [cap_tren]
"""

    CERTIFICATE = r"""
options:
  place:
    description: Where it was done.
    type: str
    required: true
  destination:
    description: What becomes of the device or of what is left, such as being issued again, sold or collected.
    type: str
    required: true
  folder:
    description: The folder of the site's evidence.
    type: path
    required: true
requirements:
  - the Python libraries cryptography, jinja2 and rfc8785 on the controller
"""
