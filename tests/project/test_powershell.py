# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The scripts for Windows: they parse, need no PowerShell later than 5.1, and those that look write nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_pwsh

from ansible_collections.commune.baseline.plugins.plugin_utils._door.windows_session import text_of

SCRIPTS = {
    path.stem: path.read_bytes()
    for path in (Path(__file__).parents[2] / "plugins/plugin_utils/_engines/windows").glob("*.ps1")
}
HANDBOOK = Path(__file__).parents[2] / "docs/en/windows.md"
LOOKING = ("collect", "journals")
PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_pwsh.language()))

READ_COMMANDS = {
    "convertfrom-json", "convertto-json", "get-acl", "get-ciminstance", "get-localgroupmember",
    "get-mpcomputerstatus", "get-mppreference", "get-netfirewalladdressfilter", "get-netfirewallapplicationfilter",
    "get-netfirewallportfilter", "get-netfirewallprofile", "get-netfirewallrule", "get-netfirewallservicefilter",
    "get-scheduledtask", "get-smbshare", "get-windowsoptionalfeature", "get-winevent",
}  # fmt: skip
READ_PROGRAMS = {("secedit.exe", "/export"), ("auditpol.exe", "/backup")}
READ_OBJECTS = {("-ComObject", "Microsoft.Update.AutoUpdate"), ("-ComObject", "Microsoft.Update.Session")}
READ_MEMBERS = {
    "close", "containskey", "createupdatesearcher", "delete", "exists", "getbytes", "getcurrent", "getfiles",
    "getowner", "getsubkeynames", "gettempfilename", "getvalue", "getvaluekind", "getvaluenames", "openbasekey",
    "opensubkey", "readallbytes", "readalltext", "search", "toarray", "tobase64string", "tofiletimeutc", "write",
}  # fmt: skip
# What a script may make: with nothing else at hand, to write is to write into memory.
READ_TYPES = {"System.IO.MemoryStream", "System.IO.Compression.GZipStream"}
# What Windows PowerShell 5.1 does not have: operators, and commands or parameters that came later.
LATER_OPERATORS = {"??", "??=", "?.", "?[", "&&", "||", "?"}
LATER_WORDS = (
    "-Parallel",
    "-AsHashtable",
    "-AsArray",
    "Get-Error",
    "Test-Json",
    "Join-String",
    "clean {",
    "$IsWindows",
)


def nodes_of(source, *types):
    def walk(node):
        yield node
        for child in node.children:
            yield from walk(child)

    return [node for node in walk(PARSER.parse(source).root_node) if not types or node.type in types]


def text(node):
    return node.text.decode()


def commands_of(source):
    """Return every command as its words; one that is called by a variable begins with a dollar sign."""
    found = []
    for node in nodes_of(source, "command"):
        words = [text(one) for one in node.named_children if one.type in ("command_name", "command_name_expr")]
        for part in node.named_children:
            if part.type == "command_elements":
                words += [text(one) for one in part.named_children if one.type != "command_argument_sep"]
        found.append(words)
    return found


def faults(source):
    """Return what a script does that only looks must not do."""
    own = {text(node).lower() for node in nodes_of(source, "function_name")}
    found = []
    for words in commands_of(source):
        name = words[0].lower()
        is_known = name in own or name in READ_COMMANDS or name in ("$read", "$export")
        is_known = is_known or (name == "new-object" and tuple(words[1:]) in READ_OBJECTS)
        if not is_known and (name, *words[1:2]) not in READ_PROGRAMS:
            found.append(" ".join(words[:2]))
    for node in nodes_of(source, "invocation_expression"):
        (member,) = [one for one in node.named_children if one.type == "member_name"]
        is_made = text(member) == "new" and text(node.named_children[0]).strip("[]") in READ_TYPES
        if not is_made and text(member).lower() not in READ_MEMBERS:
            found.append(text(node))
    return found


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_parses(name):
    assert not PARSER.parse(SCRIPTS[name]).root_node.has_error


def test_what_the_handbook_tells_to_type_on_a_pc_parses_and_makes_a_listener_with_encryption_only():
    (block,) = re.findall("```powershell\n(.*?)```", HANDBOOK.read_text("utf-8"), flags=re.DOTALL)
    assert not PARSER.parse(block.encode()).root_node.has_error
    assert [word for word in LATER_WORDS if word in block] == []
    called = [words[0] for words in commands_of(block.encode())]
    assert called.count("New-Item") == called.count("Remove-Item") == 1
    assert ("-Transport HTTPS" in block, "-Transport HTTP " in block, "AllowUnencrypted" in block) == (
        True,
        False,
        False,
    )


@pytest.mark.parametrize("name", LOOKING)
def test_a_script_that_looks_calls_nothing_that_writes(name):
    assert faults(SCRIPTS[name]) == []


@pytest.mark.parametrize("name", LOOKING)
def test_a_script_that_looks_runs_in_check_mode_too(name):
    assert b"[CmdletBinding(SupportsShouldProcess)]" in SCRIPTS[name]


def test_a_script_that_writes_is_left_out_by_check_mode():
    assert b"ShouldProcess" not in SCRIPTS["apply"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_sent_of_a_script_does_the_same(name):
    sent = text_of(name).encode()
    assert len(sent) < len(SCRIPTS[name]) * 0.9

    def words(source):
        return [node.text for node in nodes_of(source) if node.child_count == 0 and node.type != "comment"]

    assert [one for one in words(sent) if one.strip()] == [one for one in words(SCRIPTS[name]) if one.strip()]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_knows_nothing_later_than_windows_powershell(name):
    operators = {text(node) for node in nodes_of(SCRIPTS[name]) if node.child_count == 0}
    assert operators & LATER_OPERATORS == set()
    assert [word for word in LATER_WORDS if word.lower() in SCRIPTS[name].decode().lower()] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_ascii_and_stops_at_the_first_error(name):
    SCRIPTS[name].decode("ascii")  # Windows PowerShell takes a file without a mark for the code page of the machine
    assert b"$ErrorActionPreference = 'Stop'" in SCRIPTS[name]


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_sent_without_comments_and_means_the_same(name):
    def meaning(source):
        leaves = [node for node in nodes_of(source) if node.child_count == 0 and node.type != "comment"]
        return [text(node) for node in leaves if text(node).strip()]

    sent = text_of(name).encode()
    assert meaning(sent) == meaning(SCRIPTS[name])
    assert len(sent) < len(SCRIPTS[name])


@pytest.mark.parametrize(
    "line",
    [
        "Set-Service -Name Spooler -StartupType Disabled",
        "Remove-Item -Path C:\\x",
        "$key.SetValue('a', 1)",
        "[System.IO.File]::WriteAllText('a', 'b')",
        "secedit.exe /configure /db a /cfg b",
        "auditpol.exe /set /subcategory:x",
        "& $anything",
        "Invoke-Expression $x",
        "New-Object -ComObject WScript.Shell",
        "New-Object -TypeName System.IO.FileStream -ArgumentList 'a', 'Create'",
        "[System.IO.FileStream]::new('a', 'Create')",
        "[System.IO.StreamWriter]::new('a')",
    ],
)
def test_a_line_that_writes_is_found_in_a_script_that_looks(line):
    assert len(faults(SCRIPTS["collect"] + f"\n{line}\n".encode())) == 1


@pytest.mark.parametrize("line", ["$a = $b ?? 1", "Get-Item a && Get-Item b", "$x = $a ? 1 : 2", "$a?.b"])
def test_a_line_of_a_later_powershell_is_found(line):
    operators = {text(node) for node in nodes_of(f"{line}\n".encode()) if node.child_count == 0}
    assert operators & LATER_OPERATORS
