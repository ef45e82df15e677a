#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: register_export
short_description: Write devices, what belongs to them, and people, or an empty template, to an XLSX or CSV file
version_added: 0.1.0
description:
  - Writes a file that M(commune.baseline.register_import) takes as it is. Its owner alone can read it.
  - Every cell is text. Of a text that begins with C(=), C(+), C(-) or C(@), no spreadsheet program makes a formula; in
    CSV, an apostrophe is put before it, which the import takes away.
  - Storage media, software and licences have a sheet each, with the device in each row.
author:
  - commune.baseline contributors (!UNKNOWN)
extends_documentation_fragment:
  - commune.baseline.register
attributes:
  check_mode:
    description: Tells whether the file would change, and writes nothing.
    support: full
  diff_mode:
    description: There is nothing to show.
    support: none
options:
  dest:
    description: The file, V(.xlsx) or V(.csv). Its folder must exist.
    type: path
    required: true
  language:
    description: Language of the headings and of the words in the columns that choose from a list.
    type: str
    choices: [vi, en]
    default: vi
  kind:
    description: Of what a CSV file tells; an XLSX file has a sheet for each.
    type: str
    choices: [device, person, media, software, licences]
    default: device
  template:
    description:
      - Write the headings alone, in XLSX with hints at each column, lists to choose from, and a sheet that explains
        them. It is never written over a file that says something else.
    type: bool
    default: false
seealso:
  - module: commune.baseline.register_import
"""

EXAMPLES = r"""
- name: Make the form that the departments fill
  commune.baseline.register_export:
    dest: "{{ inventory_dir }}/mau-thiet-bi.xlsx"
    template: true

- name: Write the register as it is
  commune.baseline.register_export:
    dest: "{{ inventory_dir }}/thiet-bi.csv"
"""

RETURN = r"""
dest:
  description: The file.
  type: str
  returned: success
  sample: /srv/xa/thiet-bi.xlsx
"""
