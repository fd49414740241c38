"""The watchdog: the datagrams that systemd reads, and who may feed it (law 9)."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.faults import WatchdogFault
from appliance.hw.fake import FakeWatchdog
from appliance.hw.heartbeat import Heartbeat
from appliance.hw.watchdog import NOTIFY_ERRORS, FedByTick, NullWatchdog, SystemdWatchdog, make_watchdog


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The supervisor's end of NOTIFY_SOCKET."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        listener.settimeout(5.0)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield listener


def closed(watchdog: SystemdWatchdog) -> None:
    watchdog._notifier.socket.close()


def test_systemd_hears_every_word(systemd: socket.socket) -> None:
    watchdog = SystemdWatchdog()
    for say in (watchdog.ready, watchdog.feed, watchdog.stopping):
        say()
    heard = [systemd.recv(4096) for _ in range(3)]
    closed(watchdog)
    assert heard == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_a_status_is_one_line_in_utf8(systemd: socket.socket) -> None:
    watchdog = SystemdWatchdog()
    watchdog.status("Müller – open\nMAINPID=1")
    heard = systemd.recv(4096).decode("utf-8")
    closed(watchdog)
    assert heard == "STATUS=Müller – open MAINPID=1"


def test_a_supervisor_that_went_away_is_a_fault(systemd: socket.socket) -> None:
    watchdog = SystemdWatchdog()
    systemd.close()
    with pytest.raises(WatchdogFault) as caught:
        watchdog.feed()
    closed(watchdog)
    assert isinstance(caught.value.__cause__, OSError)


def flood(watchdog: SystemdWatchdog) -> None:
    """More words than the kernel queues for a reader that sleeps."""
    for _ in range(10_000):
        watchdog.feed()


def test_a_supervisor_that_does_not_read_is_a_fault_and_never_waited_for(systemd: socket.socket) -> None:
    watchdog = SystemdWatchdog()
    with pytest.raises(WatchdogFault) as caught:
        flood(watchdog)
    closed(watchdog)
    assert isinstance(caught.value.__cause__, BlockingIOError)


def test_a_supervisor_that_reads_again_is_fed_again(systemd: socket.socket) -> None:
    watchdog = SystemdWatchdog()
    with pytest.raises(WatchdogFault):
        flood(watchdog)
    systemd.recv(4096)
    watchdog.status("it reads again")
    closed(watchdog)
    systemd.setblocking(False)
    assert heard_last(systemd) == b"STATUS=it reads again"


def heard_last(systemd: socket.socket) -> bytes:
    last = b""
    with contextlib.suppress(BlockingIOError):
        while True:
            last = systemd.recv(4096)
    return last


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_socket_that_is_not_there_is_a_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "none"))
    with pytest.raises(WatchdogFault) as caught:
        SystemdWatchdog()
    assert isinstance(caught.value.__cause__, OSError)


class BrokenNotifier:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def notify(self, state: str) -> None:
        raise self._error


@pytest.mark.parametrize("kind", NOTIFY_ERRORS)
def test_every_notify_error_is_mapped(kind: type[Exception], systemd: socket.socket) -> None:
    watchdog = SystemdWatchdog()
    closed(watchdog)
    watchdog._notifier = BrokenNotifier(kind("vendor words"))
    with pytest.raises(WatchdogFault) as caught:
        watchdog.ready()
    assert isinstance(caught.value.__cause__, kind)


def test_a_watchdog_is_made_only_under_a_supervisor(systemd: socket.socket) -> None:
    real = make_watchdog({"NOTIFY_SOCKET": "set"})
    assert isinstance(real, SystemdWatchdog)
    closed(real)
    assert isinstance(make_watchdog({}), NullWatchdog)
    assert isinstance(make_watchdog({"NOTIFY_SOCKET": "set"}, enabled=False), NullWatchdog)


def test_nobody_watching_is_no_fault() -> None:
    watchdog = NullWatchdog()
    watchdog.ready()
    watchdog.feed()
    watchdog.status("open")
    watchdog.stopping()


def test_a_tick_feeds_while_the_loop_beats() -> None:
    watchdog, loop = FakeWatchdog(), Heartbeat()
    fed = FedByTick(watchdog, loop, loop_limit_s=10.0)
    for now_s in (0.0, 0.5, 1.0, 1.5, 2.0):
        loop.beat(now_s)
        fed.ticked(now_s)
    assert watchdog.history == ["feed", "feed", "feed"]


def test_a_loop_that_never_beat_or_stopped_is_not_fed() -> None:
    watchdog, loop = FakeWatchdog(), Heartbeat()
    fed = FedByTick(watchdog, loop, loop_limit_s=10.0)
    assert not fed.ticked(0.0)
    loop.beat(0.0)
    assert fed.ticked(10.0)
    assert not fed.ticked(11.0)
    assert watchdog.history == ["feed"]


def test_a_loop_that_beats_again_is_fed_again() -> None:
    watchdog, loop = FakeWatchdog(), Heartbeat()
    fed = FedByTick(watchdog, loop, loop_limit_s=10.0)
    assert not fed.ticked(50.0)
    loop.beat(50.0)
    assert fed.ticked(50.1)


def test_a_watchdog_that_cannot_be_fed_is_a_fault_and_not_asked_at_every_tick() -> None:
    watchdog, loop = FakeWatchdog(), Heartbeat()
    watchdog.broken = True
    loop.beat(0.0)
    fed = FedByTick(watchdog, loop, loop_limit_s=10.0)
    with pytest.raises(WatchdogFault):
        fed.ticked(0.0)
    assert not fed.ticked(0.02)
