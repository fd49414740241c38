from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from appliance.clock import ManualClock
from appliance.config.schema import Camera
from appliance.faults import CameraLost
from appliance.sight import Frame, Layout, Picture
from appliance.vision.capture import Capture, checksum, fingerprint

from .makers import FaultLog, clock, frame


class Source:
    """A camera that gives the scripted frames or faults."""

    def __init__(self, *script: Frame | CameraLost) -> None:
        self.script = list(script)
        self.opened = 0

    def open(self) -> None:
        self.opened += 1

    def read(self, timeout_s: float) -> Frame:
        now = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(now, CameraLost):
            raise now
        return now

    def close(self) -> None:
        pass


def test_a_lost_camera_is_reported_once_and_opened_again_with_back_off() -> None:
    time, faults, got = clock(), FaultLog(), list[Frame]()
    source = Source(CameraLost(), CameraLost(), frame(1.0))
    capture = Capture("cam", source, Camera(), time, got.append, faults)
    capture.step()
    first_wait = capture.wait_s
    assert not capture.step()
    time.advance(first_wait)
    capture.step()
    assert capture.wait_s == 2 * first_wait
    time.advance(capture.wait_s)
    assert capture.step()
    assert faults.lines == ["+camera_lost", "-camera_lost"]
    assert source.opened == 3


def test_a_frozen_camera_gives_no_frames_until_its_picture_changes() -> None:
    time, faults, got = clock(), FaultLog(), list[Frame]()
    source = Source(frame(1.0, 1), frame(2.0, 2), frame(3.0, 3), frame(4.0, 4, value=9))
    capture = Capture("cam", source, Camera(frozen_s=2.0), time, got.append, faults)
    for _ in range(4):
        capture.step()
        time.advance(2.5)
    assert [f.seq for f in got] == [1, 4]
    assert faults.lines == ["+camera_frozen", "-camera_frozen"]


def test_a_camera_that_stays_frozen_is_opened_anew_ever_more_seldom() -> None:
    time, faults = clock(), FaultLog()
    source = Source(*(frame(float(n), n) for n in range(100)))
    capture = Capture("cam", source, Camera(frozen_s=2.0), time, lambda seen: None, faults)
    opened = []
    for _ in range(80):
        capture.step()
        opened.append(source.opened)
        time.advance(1.0)
    assert [opened.count(n) for n in (1, 2, 3)] == [13, 20, 40]
    assert faults.lines == ["+camera_frozen"]


def test_the_same_picture_for_a_short_while_is_no_fault() -> None:
    time, faults, got = clock(), FaultLog(), list[Frame]()
    capture = Capture("cam", Source(frame(1.0)), Camera(frozen_s=2.0), time, got.append, faults)
    capture.step()
    time.advance(1.0)
    assert capture.step()
    assert faults.lines == []


def test_a_changed_picture_has_another_print() -> None:
    assert fingerprint(frame(0, value=1)) != fingerprint(frame(0, value=2))
    assert fingerprint(frame(0, value=1)) == fingerprint(frame(9, value=1))


def test_a_print_looks_at_every_plane() -> None:
    luma, chroma = np.zeros((16, 16), np.uint8), np.zeros((8, 8, 2), np.uint8)
    plain = Picture(Layout.NV12, (luma, chroma))
    assert checksum(plain) != checksum(replace(plain, planes=(luma, chroma + 1)))


def test_a_driver_s_own_print_spares_the_look() -> None:
    one = replace(frame(0, value=1), fingerprint=7)
    assert fingerprint(one) == fingerprint(replace(frame(9, value=2), fingerprint=7)) == 7


class SlowSource(Source):
    """Its second read takes `held_s`; the supervisor looks at its end, from inside the call."""

    def __init__(self, time: ManualClock, held_s: float) -> None:
        super().__init__(frame(1.0, 1), frame(2.0, 2, value=9), frame(3.0, 3, value=18))
        self.supervise: Callable[[], None] = lambda: None
        self._time = time
        self._held_s = held_s

    def read(self, timeout_s: float) -> Frame:
        if len(self.script) == 2:
            self._time.advance(self._held_s)
            self.supervise()
            self.supervise()
        return super().read(timeout_s)


@pytest.mark.parametrize(("held_s", "told"), [(4.0, []), (4.1, ["+camera_lost", "-camera_lost"])])
def test_a_driver_that_does_not_return_is_a_lost_camera_until_a_good_frame(
    held_s: float, told: list[str]
) -> None:
    time, faults, got = clock(), FaultLog(), list[Frame]()
    source = SlowSource(time, held_s)
    capture = Capture("cam", source, Camera(frozen_s=2.0), time, got.append, faults)
    source.supervise = capture.watch
    for _ in range(3):
        capture.step()
    assert [f.seq for f in got] == [1, 2, 3]
    assert faults.lines == told


def test_a_capture_between_two_steps_does_not_hang() -> None:
    time, faults = clock(), FaultLog()
    capture = Capture("cam", Source(frame(1.0)), Camera(frozen_s=2.0), time, lambda seen: None, faults)
    capture.step()
    time.advance(100.0)
    capture.watch()
    assert faults.lines == []
