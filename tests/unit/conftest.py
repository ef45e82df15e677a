# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let plain pytest import ansible_collections.commune.baseline, as ansible-test does by itself."""

from __future__ import annotations

try:
    from ansible.plugins.loader import init_plugin_loader
except ImportError:  # ansible-test shows modules nothing but ansible.module_utils
    pass
else:
    init_plugin_loader()
