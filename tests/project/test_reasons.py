# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every sentence that a device or the door can say has its Vietnamese, and no Vietnamese stands there for nothing."""

from __future__ import annotations

import errno
import os
import re
import string
import typing as t
import unicodedata
from pathlib import Path

import pytest
import yaml

from ansible_collections.commune.baseline.plugins.plugin_utils._report.reasons import in_vietnamese
from tests.project.sentences import Sentence, sentences_of

ROOT = Path(__file__).parents[2]
TEXTS = yaml.safe_load((ROOT / "catalogue" / "reasons.yml").read_text("utf-8"))
PAIRS = [(one["en"], one["vi"]) for section in TEXTS.values() for one in section]
SPEAKERS = (
    "module_utils/_media/*.py",
    "module_utils/_observation.py",
    "module_utils/_policy/**/*.py",
    "modules/linux_*.py",
    "modules/media_*.py",
    "action/baseline_exception.py",
    "action/device_info.py",
    "action/evidence_verify.py",
    "action/policy.py",
    "action/windows_rollback.py",
    "callback/evidence.py",
    "plugin_utils/_diagram/dot.py",
    "plugin_utils/_diagram/files.py",
    "plugin_utils/_door/*.py",
    "plugin_utils/_engines/windows/**/*.py",
    "plugin_utils/_evidence/alone.py",
    "plugin_utils/_evidence/chain.py",
    "plugin_utils/_evidence/signer.py",
    "plugin_utils/_evidence/store.py",
    "plugin_utils/_evidence/storing.py",
    "plugin_utils/_evidence/verification.py",
    "plugin_utils/_sanitisation/*.py",
    "plugin_utils/_policy/change.py",
    "plugin_utils/_policy/controls.py",
    "plugin_utils/_policy/given_text.py",
    "plugin_utils/_policy/rows.py",
    "plugin_utils/_policy/site.py",
    "plugin_utils/_shape.py",
    "plugin_utils/_zones/checks.py",
    "plugin_utils/_zones/demands.py",
    "plugin_utils/_zones/document.py",
    "plugin_utils/_zones/firewall.py",
    "plugin_utils/_zones/host.py",
    "plugin_utils/_zones/host_firewall.py",
    "plugin_utils/_zones/nft_matches.py",
    "plugin_utils/_zones/nft_table.py",
    "plugin_utils/_zones/prover.py",
    "plugin_utils/_zones/planning.py",
    "plugin_utils/_zones/quarantine.py",
    "plugin_utils/_zones/reading.py",
    "plugin_utils/_register/[a-r]*.py",
    "plugin_utils/_register/schema_check.py",
    "plugin_utils/_register/service.py",
    "plugin_utils/_register/[t-w]*.py",
    "plugin_utils/_sheets/[a-f]*.py",
    "plugin_utils/_sheets/[h-v]*.py",
    "plugin_utils/_sheets/x*.py",
)

# They read like sentences and are never told as the reason for anything.
NO_REASONS = {
    "DejaVu Sans,Arial,sans-serif": "names of fonts",
    "Thiết bị đang cách ly (003 Điều 11 khoản 2)": "the reason of a policy",
    "nft -n -j list ruleset": "a command",
    "Invoked with {items}": "a line of the device's log",
    "only commune.baseline.policy can call this module: it brings the engine along": "for who calls it otherwise",
    " in whole {measured_in}": "a part of a sentence",
    "Completed Without Error": "words of hdparm",
    "commune.baseline media_sanitise": "the name of a tool",
    "sha256 {digest}": "a value of the register",
    " port {name}": "a part of a packet",
    " type {type}": "a part of a packet",
    "# Managed by commune.baseline: a change made here is drift and will be corrected.": "a line of our files",
    "-c lock_timeout={lock_seconds}s -c timezone=UTC": "options of PostgreSQL",
    "-o ControlMaster=no -o ControlPath=none": "options of ssh",
    "Architecture: {architecture}": "a line of deb-control(5)",
    "BEGIN IMMEDIATE": "SQL",
    "CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)": "SQL",
    "No space left on device": "a sign in what a database says",
    "PRAGMA {pragma}": "SQL",
    "Package: {name}": "a line of deb-control(5)",
    "READ COMMITTED": "SQL",
    "REPEATABLE READ": "SQL",
    "SELECT Name, Time FROM Lastlog2": "a question to a database",
    "Defender: {attribute}": "a place where a value was found",
    "Privilege Rights": "a section of a security template",
    "System Access": "a section of a security template",
    "account {name} ({sid})": "a place where a value was found",
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite@_%' ESCAPE '@'": "SQL",
    "certificate has expired": "a sign in what a connection says",
    "certificate is not valid for": "a sign in what a connection says",
    "certificate verify failed": "a sign in what a connection says",
    "could not find a suitable tls ca certificate bundle": "a sign in what a connection says",
    "commune-baseline disarmed": "what a device answers",
    "connect timeout": "a sign in what a connection says",
    "connection aborted": "a sign in what a connection says",
    "credentials were rejected": "a sign in what a connection says",
    "failed to authenticate the user": "a sign in what a connection says",
    "failed to establish a new connection": "a sign in what a connection says",
    "record layer failure": "a sign in what a connection says",
    "AES-128 with diffuser": "a value",
    "AES-256 with diffuser": "a value",
    "by the disk itself": "a value",
    "decryption pauses": "a value",
    "decryption runs": "a value",
    "encrypted, but its key lies open": "a value",
    "encryption pauses": "a value",
    "encryption runs": "a value",
    "not encrypted": "a value",
    "without a letter": "a part of a place",
    "BitLocker: volume {letter}": "a place where a value was found",
    "BitLocker: volume without a letter": "a place where a value was found",
    "build {build}": "a place where a value was found",
    "build {build}, {edition}": "a place where a value was found",
    "build {build}: {package}": "a place where a value was found",
    "installed programs of the {scope}": "a place where a value was found",
    "members of {group}": "a place where a value was found",
    "Windows Update Agent": "a place where a value was found",
    "Wi-Fi: {name}": "a place where a value was found",
    "ad hoc": "a part of a value",
    "as listed": "a value",
    "as listed; no account here: {missing}": "a value",
    "blacklist {module}": "a line of modprobe.d(5)",
    "auditpol: {guid}": "a place where a value was found",
    "built in": "a value",
    "firewall profile {profile}": "a place where a value was found",
    "SMB shares": "a place where a value was found",
    "from port {one}": "a part of a value",
    "type {one}": "a part of a value",
    "other rules {digest}": "the name of a thing in the journal",
    "{name}: {words} from {remote}": "a rule of a firewall, which is the same in every language",
    "firewall rule": "what a kind of place is called",
    "firewall rules": "a place where a value was found",
    "firewall rules: {names}": "a place where a value was found",
    "firewall rules: {hidden}": "a place where a value was found",
    "event log": "what a kind of place is called",
    "event log {log}": "a place where a value was found",
    "optional feature": "what a kind of place is called",
    "optional feature {name}": "a place where a value was found",
    "scheduled task": "what a kind of place is called",
    "scheduled task {task}": "a place where a value was found",
    "chain at hook {hook}": "a part of a sentence",
    "chain {chain}, rule {handle}": "a place in a ruleset",
    "ct count": "a word of nft",
    "database is locked": "a sign in what a database says",
    "database or disk is full": "a sign in what a database says",
    "disk I/O error": "a sign in what a database says",
    "entry {at}": "the place in front of a sentence",
    "foreign_keys = ON": "SQL",
    "group administrator {one}": "a value",
    "group password": "a value",
    "install {module} /bin/false": "a line of modprobe.d(5)",
    "journal_mode = WAL": "SQL",
    "lock timeout": "a sign in what a database says",
    "never used": "a value",
    "nft -f - && nft -n -j list ruleset && nft -s list ruleset": "what a device runs",
    "nft list table {family} {table}": "a place where a value was found",
    "no such account": "a state in the journal",
    "number {id}": "a part of a sentence",
    "permission denied": "a sign in what a database says",
    "protocol {protocol}": "a part of a packet",
    "provided by {providing}": "a place where a value was found",
    "secedit: [{section}] {key}": "a place where a value was found",
    "secedit: [{section}] {right}": "a place where a value was found",
    "service {name}": "a place where a value was found",
    "success and failure": "a value",
    "read-only transaction": "a sign in what a database says",
    "readonly database": "a sign in what a database says",
    "role {role}": "the place in front of a sentence",
    "role {role}: knob {name}": "the place in front of a sentence",
    "synchronous = FULL": "SQL",
    "table inet {table}": "the header of a difference",
    "the policy of the chain": "a place in a ruleset",
    "to be changed": "a value",
    "trusted_schema = OFF": "SQL",
    "variable {zones}: {name}": "the place in front of a sentence",
    "a program that has ended": "a part of a value",
    "dpkg was interrupted": "a part of a value",
    "no archive that apt knows": "a part of a value",
    "the device": "a part of a value",
    "{protocol}/{port} kernel": "a part of a value",
    "about {seconds} min": "a part of a sentence",
    "at work": "a part of a sentence",
    "bytes {piece}": "a part of a sentence",
    "a LUKS header": "a part of a sentence",
    "a ZIP or an office document": "a part of a sentence",
    "a file system of Windows": "a part of a sentence",
    "a partition table": "a part of a sentence",
    "an old office document": "a part of a sentence",
    "done without deallocating": "a part of a sentence",
    "never sanitised": "a part of a sentence",
    "no device": "a part of a sentence",
    "process {process} ({name})": "a part of a sentence",
    "size in bytes": "a part of a sentence",
    "the kernel": "a part of a sentence",
    "without serial number": "a part of a sentence",
    "{first}+{length} unreadable": "a part of a sentence",
    "{longest_shown} without serial number {size}": "a part of a sentence",
    "{path} {model} {serial} ({size} bytes)": "a part of a sentence",
    "{where}, beside {beside}": "a place where a value was found",
    "{attribute} of {owner}": "the name of a thing in the journal",
    "{count} rules, sha256 {digest}": "a value",
    "{field} is {value}: {right}": "a frame, of which each part is said by itself",
    "{loadstate} and {activestate}": "a value",
    "{path}: row {id}": "the place in front of a sentence",
    "{place} is {value}: {error}": "a frame, of which each part is said by itself",
    "{state} and {activestate}": "a value",
}


def faults(
    sources: t.Mapping[str, str], templates: t.Iterable[str], no_reasons: t.Container[str] = frozenset()
) -> list[str]:
    """Return what is wrong between sources and templates, each as a sentence that says what to do."""
    entries = {sentence.words: sentence for sentence in map(Sentence.of, templates)}
    said = {one: name for name, source in sources.items() for one in sentences_of(source)}
    found = []
    for sentence, name in said.items():
        entry = entries.get(sentence.words)
        if entry is None and str(sentence) not in no_reasons:
            found.append(
                f"{name} says what catalogue/reasons.yml has no Vietnamese for; add to its sentences:\n"
                f'  - en: "{sentence}"\n    vi: "..."\n'
                f"or, if it is told to nobody, {str(sentence)!r} to NO_REASONS in {Path(__file__).name}"
            )
        for here, there in zip(sentence.names, entry.names if entry else (), strict=False):
            if here == "error" != there:
                found.append(f"catalogue/reasons.yml: {entry}: {{{there}}} holds a sentence; call it {{error}}")
    spoken = {sentence.words for sentence in said}
    dead = [str(entry) for words, entry in entries.items() if words not in spoken]
    return sorted(set(found)) + [f"catalogue/reasons.yml: nothing says {one!r} any more; take it out" for one in dead]


def all_sources() -> dict[str, str]:
    paths = [path for pattern in SPEAKERS for path in sorted((ROOT / "plugins").glob(pattern))]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in paths}


def test_every_sentence_has_its_vietnamese_and_every_vietnamese_its_sentence():
    sources = all_sources()
    assert all(any(Path(name).match(f"plugins/{pattern}") for name in sources) for pattern in SPEAKERS)
    found = faults(sources, (one["en"] for one in TEXTS["sentences"]), NO_REASONS)
    assert not found, "\n".join(found)


def test_what_is_no_reason_is_still_written_somewhere():
    said = {str(sentence) for source in all_sources().values() for sentence in sentences_of(source)}
    assert sorted(NO_REASONS.keys() - said) == []


def test_a_value_of_words_has_its_vietnamese_among_the_values():
    values = {Sentence.of(one["en"]).words for one in TEXTS["values"]}
    shown = [text for text, what in NO_REASONS.items() if what == "a value" and " and " not in text]
    assert [text for text in shown if Sentence.of(text).words not in values] == []


@pytest.mark.parametrize(
    ("source", "template"),
    [
        ('Reading(unreadable="busy")', "busy"),
        ('raise OSError(0, f"{path}: busy", path)', "{path}: busy"),
        ("x = Write(error=reason or f'busy {unit}')", "busy {unit}"),
        ("def refusal(): return f\"the {row['key']} is busy\"", "the {key} is busy"),
        ('def refusal(): return "no such thing" if gone else None', "no such thing"),
        ("errors.append(f'cannot mend {path}: {error.strerror}')", "cannot mend {path}: {error}"),
        ("sentence = f\"it was {'up' if running else 'down'} at {now}\"", "it was up at {now}"),
        ("sentence = f\"it was {'up' if running else 'down'} at {now}\"", "it was down at {now}"),
        ("sentence = f'{where or \"nothing\"} decides'", "nothing decides"),
        ("sentence = ('the first half ' 'and the second')", "the first half and the second"),
        ("said = f'it is {old}{new} again'", "it is {old} again"),
    ],
)
def test_a_sentence_without_its_vietnamese_is_found_however_it_is_built(source, template):
    told = faults({"plugins/x.py": source}, [])
    assert any(f'add to its sentences:\n  - en: "{template}"\n' in one for one in told), told
    others = {str(sentence) for sentence in sentences_of(source)}
    assert faults({"plugins/x.py": source}, others) == []


@pytest.mark.parametrize(
    "source",
    [
        '"""Read the file of a unit."""',
        'DOCUMENTATION = r"""the whole text of it"""',
        "re.findall(r'the first of them', text)",
        "FIELDS: dict = {'path': 'absolute path'}",
        "t.cast('dict[str, t.Any]', fields)",
        "f'{folder}/{name}'",
        "line = f'{key} = {value}\\n'",
    ],
)
def test_what_nobody_is_told_needs_no_vietnamese(source):
    assert faults({"plugins/x.py": source}, []) == []


def test_a_vietnamese_that_nothing_needs_any_more_is_found():
    assert faults({"plugins/x.py": "Reading(unreadable='busy')"}, ["busy", "gone: {error}"]) == [
        "catalogue/reasons.yml: nothing says 'gone: {error}' any more; take it out"
    ]


def test_a_sentence_within_a_sentence_must_be_called_one():
    source = "Write(error=f'cannot mend {path}: {error.strerror}')"
    assert faults({"plugins/x.py": source}, ["cannot mend {path}: {why}"]) == [
        "catalogue/reasons.yml: cannot mend {path}: {why}: {why} holds a sentence; call it {error}"
    ]


def names_in(template: str) -> list[str]:
    return [name for _words, name, _format, _conversion in string.Formatter().parse(template) if name is not None]


@pytest.mark.parametrize(("english", "vietnamese"), PAIRS)
def test_both_languages_fill_in_the_same_and_the_english_can_be_told_apart(english, vietnamese):
    assert set(names_in(english)) == set(names_in(vietnamese))
    assert len(set(names_in(english))) == len(names_in(english))
    assert "}{" not in english
    assert unicodedata.is_normalized("NFC", vietnamese)
    assert re.sub(r"\{\w+\}", "", english).strip()


@pytest.mark.parametrize(("english", "vietnamese"), PAIRS)
def test_no_entry_stands_in_the_way_of_another(english, vietnamese):
    values = {name: f"<{name}>" for name in names_in(english)}
    assert in_vietnamese(english.format(**values)) == vietnamese.format(**values)


def test_no_sentence_is_given_twice():
    shapes = [Sentence.of(english).words for english, _vietnamese in PAIRS]
    assert sorted({shape for shape in shapes if shapes.count(shape) > 1}) == []


def test_errors_are_those_of_the_c_library_with_all_that_files_and_networks_give():
    known = {os.strerror(number) for number in errno.errorcode}
    listed = {one["en"] for one in TEXTS["errors"]}
    assert listed <= known
    usual = (
        *(errno.EPERM, errno.ENOENT, errno.EIO, errno.EACCES, errno.EBUSY, errno.EEXIST, errno.ENOTDIR, errno.EISDIR),
        *(errno.EINVAL, errno.ENOSPC, errno.EROFS, errno.ELOOP, errno.ENOTEMPTY, errno.ENOMEM, errno.ENAMETOOLONG),
        *(errno.ETIMEDOUT, errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH),
    )
    assert {os.strerror(number) for number in usual} <= listed
