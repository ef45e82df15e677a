#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: register_import
short_description: Take devices, what belongs to them, and people from an XLSX or CSV file into the register
version_added: 0.1.0
description:
  - Stores every row of the file, or nothing. If cells are wrong, all of them are told, each with its sheet, row and
    column.
  - The first row that is not empty holds the headings, in Vietnamese or English; case, spaces and accents do not
    matter. M(commune.baseline.register_export) makes an empty file with them.
  - A cell that is empty leaves what the register has. The state counts for new devices only.
  - Storage media, software and licences stand in sheets of their own, of which each row names the device. The rows of a
    device together are its whole list; a device without any keeps what it has.
  - Formulas are never computed; a cell that holds one is refused, and so is what a person does not see or what is not
    clear, such as hidden sheets, rows and columns, and merged cells.
  - A file that M(commune.baseline.register_export) wrote holds the version of each record. If somebody changed a record
    since, a change to it is refused, and says who it was and when.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
  - commune.baseline.register.writing
options:
  src:
    description:
      - The file, V(.xlsx) or V(.csv) in UTF-8, of at most 20 MB and 2,000,000 cells.
      - A CSV file is separated by commas, semicolons or tabs, and holds one of the kinds.
      - V(.csv) in UTF-16, which spreadsheet programs call Unicode text, is taken too.
    type: path
    required: true
  document:
    description: Number of the document on which the changes rest; it is kept in the history.
    type: str
seealso:
  - module: commune.baseline.register_export
  - module: commune.baseline.device
"""

EXAMPLES = r"""
- name: Take the office's list of devices into the register
  commune.baseline.register_import:
    src: "{{ inventory_dir }}/thiet-bi.xlsx"
    document: 12/QĐ-UBND
"""

RETURN = r"""
added:
  description: The records that are new.
  type: list
  elements: str
  returned: success
  sample: [device pc-01]
updated:
  description: The records that were changed.
  type: list
  elements: str
  returned: success
  sample: [person cb-cntt]
unchanged:
  description: How many rows, or lists of a device, say what the register says already.
  type: int
  returned: success
  sample: 0
faults:
  description: Every faulty cell of the file.
  type: list
  elements: dict
  returned: if cells are wrong
  contains:
    sheet:
      description: The sheet; of a CSV file, its name without the ending.
      type: str
      sample: Thiết bị
    row:
      description: Number of the row; 0 for the whole sheet.
      type: int
      sample: 5
    column:
      description: Letter of the column, empty if the sheet does not have the column.
      type: str
      sample: F
    value:
      description: What stands there, shortened.
      type: str
      sample: "'01:00:5e:00:00:01'"
    reason:
      description: What would be right.
      type: str
      sample: a MAC of one device; this one is for many (multicast)
    vi:
      description: The whole fault in Vietnamese.
      type: str
      sample: "trang Thiết bị, ô F5: '01:00:5e:00:00:01': địa chỉ MAC của một thiết bị; đây là địa chỉ nhóm (multicast)"
"""
