# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This plugin util is PRIVATE to the collection. It can change at any time.

"""Text for Graphviz, and its program: what comes from the register or the site is escaped here and nowhere else."""

from __future__ import annotations

import html
import os
import subprocess
import typing as t

from ansible_collections.commune.baseline.plugins.plugin_utils._zones.document import ZoneError

_PROGRAM = "dot"
_SECONDS = 60
_FONT = "DejaVu Sans,Arial,sans-serif"
# A4 across, 297 x 210 mm, less 8 mm on each side; dot shrinks what is larger.
_SIZE = "11.06,7.64"


class Text(str):
    """Text that is escaped, so that it can stand in a label."""


def text(value: object) -> Text:
    """Escape text; what XML cannot hold (XML 1.0, section 2.2) becomes the sign of a letter that is missing."""
    shown = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(value))
    return Text(html.escape(shown))


def bold(value: object) -> Text:
    return Text(f"<B>{text(value)}</B>")


def small(value: object) -> Text:
    return Text(f'<FONT POINT-SIZE="9">{text(value)}</FONT>')


def lines(values: t.Iterable[Text]) -> Text:
    """Return lines that begin at the left; two blanks at their ends, for other fonts are a little wider."""
    return Text("".join(f'{one}&#160;&#160;<BR ALIGN="LEFT"/>' for one in values))


def cell(content: Text, *, color: str = "#ffffff", span: int = 1, align: str = "LEFT") -> Text:
    across = f' COLSPAN="{span}"' if span > 1 else ""
    return Text(f'<TD BGCOLOR="{color}" ALIGN="{align}" BALIGN="{align}"{across}>{content or " "}</TD>')


def table(rows: t.Iterable[t.Iterable[Text]]) -> Text:
    body = "".join(f"<TR>{''.join(row)}</TR>" for row in rows)
    return Text(f'<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="4" COLOR="#555555">{body}</TABLE>')


def node(name: str, label: Text) -> str:
    return f'"{name}" [label=<{label}>]'


def edge(source: str, target: str, label: Text, *, style: str = "solid") -> str:
    return f'"{source}" -> "{target}" [label=<{label or " "}>, style={style}]'


def line(source: str, target: str) -> str:
    """Return a line without an arrow: that two things are joined, not that anything may pass."""
    return f'"{source}" -> "{target}" [dir=none, style=bold, color="#888888"]'


def graph(title: Text, body: t.Iterable[str], *, direction: str = "TB") -> str:
    """Return a whole graph, its title above."""
    head = (
        f'graph [rankdir={direction}, size="{_SIZE}", margin=0.1, fontname="{_FONT}", fontsize=16, labelloc=t,'
        f" nodesep=0.25, ranksep=0.3, label=<{title}>]",
        f'node [shape=plain, fontname="{_FONT}", fontsize=10]',
        f'edge [fontname="{_FONT}", fontsize=10, color="#1f4e79", fontcolor="#1f4e79", arrowsize=0.7]',
    )
    return "digraph {\n" + "".join(f"  {line}\n" for line in (*head, *body)) + "}\n"


def drawn(source: str) -> bytes:
    """Return the drawing as SVG; raise ZoneError if Graphviz is missing or cannot draw it."""
    try:
        done = subprocess.run(  # noqa: S603 - a program of ours, no shell
            [_PROGRAM, "-Tsvg"],
            input=source.encode(),
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except FileNotFoundError:
        raise ZoneError(f"a diagram needs the program {_PROGRAM}; install Debian's graphviz") from None
    except subprocess.TimeoutExpired:
        raise ZoneError(f"{_PROGRAM} did not end within {_SECONDS} s") from None
    if done.returncode or not done.stdout:
        raise ZoneError(
            f"{_PROGRAM} failed with code {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
        )
    return done.stdout
