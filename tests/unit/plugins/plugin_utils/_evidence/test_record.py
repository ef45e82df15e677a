# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import json
import os
import unicodedata

import pytest

from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.bundle import canonical
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.record import Source, record_of
from ansible_collections.commune.baseline.plugins.plugin_utils._evidence.run import Run

SENTENCE = {"vi": "Vì", "en": "Because"}
SOURCE = Source("xa-cua-toi", ["/site/hosts.yml"], ["drift.yml"], "2.19.0")


def a_row(**fields):
    row = {"id": "LNX-A", "control": "AC-08", "kind": "option", "parameter": "a", "path": "/etc/a", "compare": "<="}
    row |= {"state": "pass", "desired": 600, "before": "600", "after": "600", "where": None, "reason": None}
    return {**row, "changed": False, "would_change": False, **fields}


def a_record(*rows_of_devices):
    """The record of a run with one device for each list of rows."""
    run = Run()
    for number, rows in enumerate(rows_of_devices):
        control = {"control": "AC-08", "title": SENTENCE, "priority": "must", "clauses": ["001:1"], "parts": ["a"]}
        control |= {"state": "pass", "looked_at": ["a"], "rows": rows}
        answer = {"controls": [control], "device_class": "server", "check_mode": True, "change": None, "scope": {}}
        run.answer(f"pc{number}", answer, failed=False)
    run.close()
    return record_of(run, SOURCE, check=True)


def test_what_is_the_same_on_all_devices_stands_in_the_record_once():
    record = a_record([a_row()], [a_row(state="fail", why=SENTENCE, fix=SENTENCE)])
    assert record["controls"] == {
        "AC-08": {"title": SENTENCE, "priority": "must", "clauses": ["001:1"], "parts": ["a"]}
    }
    fixed = {"kind": "option", "parameter": "a", "path": "/etc/a", "compare": "<=", "why": SENTENCE, "fix": SENTENCE}
    assert record["rows"] == {"LNX-A": fixed}
    assert record["devices"][1]["controls"] == [
        {
            "control": "AC-08",
            "state": "pass",
            "looked_at": ["a"],
            "rows": [
                {
                    "id": "LNX-A",
                    "state": "fail",
                    "desired": 600,
                    "before": "600",
                    "after": "600",
                    "where": None,
                    "reason": None,
                    "changed": False,
                    "would_change": False,
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (0.1, "0.1"),
        (2**53, str(2**53)),
        (-(2**53) + 1, -(2**53) + 1),
        (datetime.date(2027, 1, 31), "2027-01-31"),
        ("\ud800", "?"),
        (unicodedata.normalize("NFD", "Khóa"), "Khóa"),
        ([1, (True, None)], [1, [True, None]]),
        ({1: {"a": 1.5}}, {"1": {"a": "1.5"}}),
    ],
)
def test_values_are_kept_so_that_every_reader_of_json_reads_the_same(value, kept):
    record = json.loads(canonical(a_record([a_row(before=value)])))
    assert record["devices"][0]["controls"][0]["rows"][0]["before"] == kept


def test_the_same_content_has_the_same_bytes():
    record = a_record([a_row(after='\u2028\x7f\x1f"\\\n/é')])
    turned = dict(reversed(record.items()))
    assert canonical(record) == canonical(turned)
    assert '"after":"\u2028\x7f\\u001f\\"\\\\\\n/é"'.encode() in canonical(record)  # as RFC 8785 3.2.2.2 has it


def test_times_have_their_offset():
    record = a_record([a_row()])
    for moment in ("began", "ended"):
        assert datetime.datetime.fromisoformat(record[moment]).utcoffset() is not None


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("enforced", [None, True, False])
def test_the_mode_is_what_the_door_did_and_only_without_its_word_what_was_meant(check, enforced):
    run = Run()
    run.enforced = enforced
    mode = {True: "enforce", False: "check", None: "check" if check else "enforce"}[enforced]
    assert record_of(run, SOURCE, check=check)["mode"] == mode


@pytest.mark.parametrize(("user", "before_sudo"), [(0, "lan"), (1000, None)])
def test_the_word_of_sudo_counts_only_where_root_took_it(monkeypatch, user, before_sudo):
    monkeypatch.setenv("SUDO_USER", "lan")
    monkeypatch.setattr(os, "getuid", lambda: user)
    assert a_record([a_row()])["operator"]["before_sudo"] == before_sudo


def test_a_login_without_a_name_is_its_number(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert a_record([a_row()])["operator"]["login"] == "4000000000"
