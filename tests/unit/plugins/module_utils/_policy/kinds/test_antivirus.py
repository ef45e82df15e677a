# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the reader of ClamAV makes of what it finds. That ClamAV says so is shown on real hosts."""

from __future__ import annotations

import json
import os
import socketserver
import threading
import time

import pytest

from ansible_collections.commune.baseline.plugins.module_utils._observation import Write
from ansible_collections.commune.baseline.plugins.module_utils._policy import clamd
from ansible_collections.commune.baseline.plugins.module_utils._policy.kinds import antivirus

DAY = 24 * 60 * 60
EICAR = "44d88612fea8a8f36de82e1278abb02f:68"


@pytest.fixture(name="device", autouse=True)
def fixture_device(tmp_path, monkeypatch):
    """A device of the test's own, on which nothing is installed."""
    for name in ("results", "stamps", "units", "logs"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(antivirus, "RESULTS", str(tmp_path / "results"))
    monkeypatch.setattr(antivirus, "STAMPS", str(tmp_path / "stamps"))
    monkeypatch.setattr(antivirus, "UNITS", str(tmp_path / "units"))
    monkeypatch.setattr(antivirus, "HANDLED", str(tmp_path / "handled"))
    logs = (str(tmp_path / "logs/clamav.log.1"), str(tmp_path / "logs/clamav.log"))
    monkeypatch.setattr(antivirus, "LOGS", logs)
    (tmp_path / "logs/clamav.log").touch()
    (tmp_path / "clamd").touch()
    monkeypatch.setattr(clamd, "PROGRAM", str(tmp_path / "clamd"))
    monkeypatch.setattr(clamd, "SOCKET", str(tmp_path / "clamd.ctl"))
    return tmp_path


@pytest.fixture(name="answering")
def fixture_answering(device):
    """Let something answer at clamd's socket, whatever is asked."""
    servers = []

    def answer(text):
        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                self.request.recv(4096)
                self.request.sendall(text.encode() + b"\0")

        server = socketserver.ThreadingUnixStreamServer(str(device / "clamd.ctl"), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)

    yield answer
    for server in servers:
        server.shutdown()
        server.server_close()


def seen(attribute, desired=None, compare="=="):
    row = {"id": "LNX-A", "attribute": attribute, "desired": desired, "compare": compare}
    reading = antivirus.observe([row])["LNX-A"]
    return reading, antivirus.compare(row, reading) and not reading.weakness and not reading.unreadable


def ctime(moment):
    return time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(moment))


def log(device, *entries, name="clamav.log"):
    (device / "logs" / name).write_text("".join(f"{ctime(at)} -> {text}\n" for at, text in entries))


@pytest.mark.parametrize("attribute", ["detects", "signature_age"])
def test_a_scanner_that_is_not_there_fails_with_the_reason(attribute):
    reading, passes = seen(attribute, True if attribute == "detects" else 3, "==" if attribute == "detects" else "<=")
    assert (passes, reading.value) == (False, None)
    assert reading.weakness == "no scanner answers: No such file or directory"


@pytest.mark.parametrize(("answer", "passes"), [("stream: Eicar FOUND", True), ("stream: OK", False), ("", False)])
def test_only_a_scanner_that_finds_the_test_file_detects(answering, answer, passes):
    answering(answer)
    assert seen("detects", True)[1] is passes


@pytest.mark.parametrize(("days", "passes"), [(0, True), (3, True), (4, False)])
def test_signatures_are_as_old_as_the_daemon_says(answering, days, passes):
    answering(f"ClamAV 1.4.6/27000/{ctime(time.time() - days * DAY - 60)}")
    reading, passed = seen("signature_age", 3, "<=")
    assert (reading.value, reading.where, passed) == (days, "ClamAV 1.4.6", passes)


@pytest.mark.parametrize("answer", ["ClamAV 1.4.6", "ClamAV 1.4.6/1/", "ClamAV 1.4.6/1/Thg 28 2026", "UNKNOWN COMMAND"])
def test_signatures_without_a_day_do_not_count(answering, answer):
    answering(answer)
    reading, passed = seen("signature_age", 3, "<=")
    assert (reading.weakness, passed) == ("clamd does not say of which day its signatures are", False)


def test_signatures_of_the_future_do_not_count(answering):
    answering(f"ClamAV 1.4.6/27000/{ctime(time.time() + 30 * DAY)}")
    reading, passed = seen("signature_age", 3, "<=")
    assert (reading.weakness, passed) == ("the signatures are of a day that is yet to come", False)


@pytest.mark.parametrize(("days", "passes"), [(7, True), (8, False)])
def test_a_scan_is_as_old_as_its_end(device, days, passes):
    result = {"ended": time.time() - days * DAY - 60, "detections": []}
    (device / "results/quick.json").write_text(json.dumps(result))
    assert seen("quick_scan_age", 7, "<=")[1] is passes


def test_before_the_first_scan_its_timer_counts(device):
    assert seen("full_scan_age", 30, "<=")[1] is False
    stamp = device / "stamps/stamp-commune-baseline-full-scan.timer"
    stamp.touch()
    assert seen("full_scan_age", 30, "<=")[1] is False
    (device / "units/commune-baseline-full-scan.timer").touch()
    assert seen("full_scan_age", 30, "<=")[1] is True
    os.utime(stamp, (0, time.time() - 31 * DAY))
    assert seen("full_scan_age", 30, "<=")[1] is False


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"ended": null}', '{"ended": "soon"}', "\0"])
def test_what_is_no_result_is_no_pass(device, content):
    (device / "results/quick.json").write_text(content)
    (device / "stamps/stamp-commune-baseline-quick-scan.timer").touch()
    assert seen("quick_scan_age", 7, "<=")[1] is False
    assert seen("detections", "")[1] is False


def test_no_detections_pass_as_long_as_they_would_be_logged(device):
    assert seen("detections", "")[1] is True
    for path in ("logs/clamav.log", "clamd"):
        (device / path).unlink()
        assert seen("detections", "")[0].unreadable == f"there is no {device / path}"


def test_what_a_scan_found_is_told_until_somebody_has_handled_it(device):
    result = {"ended": time.time() - 60, "detections": [["/home/lan/hóa đơn.doc", "Doc.Dropper"]]}
    (device / "results/full.json").write_text(json.dumps(result))
    reading, passed = seen("detections", "")
    assert (reading.value, passed) == ("/home/lan/hóa đơn.doc: Doc.Dropper", False)
    (device / "handled").touch()
    assert seen("detections", "")[1] is True


def test_what_was_found_on_access_is_told_the_newest_first(device):
    now = time.time()
    log(device, (now - 300, f"/home/lan/a: Old({EICAR}) FOUND"), name="clamav.log.1")
    log(device, (now - 200, "SelfCheck: Database status OK."), (now - 100, f"/home/lan/b: New({EICAR}) FOUND"))
    assert seen("detections", "")[0].value == "/home/lan/b: New; /home/lan/a: Old"


def test_our_own_question_is_no_detection_and_somebody_elses_is(device):
    log(device, (time.time(), f"instream(local): Eicar({EICAR}) FOUND"))
    assert seen("detections", "")[1] is True
    log(device, (time.time(), f"instream(local): Other({'0' * 32}:9) FOUND"))
    assert seen("detections", "")[1] is False


def test_a_file_cannot_name_itself_out_of_the_report(device):
    log(device, (time.time(), f"/home/lan/a\nb; c\x1b[2J: Eicar({EICAR}) FOUND"))
    assert seen("detections", "")[0].value == "/home/lan/a?b? c?[2J: Eicar"


def test_many_detections_are_counted(device):
    now = time.time()
    log(device, *((now, f"/home/lan/{number}: Eicar({EICAR}) FOUND") for number in range(12)))
    assert seen("detections", "")[0].value.endswith("; +7")


def test_a_result_is_not_read_through_a_link(device):
    (device / "elsewhere").write_text(json.dumps({"ended": time.time(), "detections": []}))
    (device / "results/quick.json").symlink_to(device / "elsewhere")
    assert seen("quick_scan_age", 7, "<=")[1] is False


def test_nothing_is_written():
    assert antivirus.apply([{"id": "LNX-A"}], {}, None) == {"LNX-A": Write()}
