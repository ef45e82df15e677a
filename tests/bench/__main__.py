# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench`: measure every bar, write results.json, and say which are missed."""

from __future__ import annotations

import sys

from tests.bench import foundation, register, sanitise, windows, zones
from tests.bench.results import store, table

_TOPICS = {topic.TOPIC: topic.measure for topic in (foundation, register, sanitise, windows, zones)}


def main() -> int:
    wanted = sys.argv[1:] or list(_TOPICS)
    unknown = sorted(set(wanted) - _TOPICS.keys())
    if unknown:
        print(f"bench: there is no topic {', '.join(unknown)}; there are {', '.join(_TOPICS)}", file=sys.stderr)
        return 2
    results = [result for topic in wanted for result in _TOPICS[topic]()]
    store(results)
    print(table(results))
    return 0 if all(result.met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
