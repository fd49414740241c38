from __future__ import annotations

import numpy as np

from appliance.config.schema import Camera
from appliance.events import TrackGone
from appliance.faults import EngineFailed, ReaderStalled
from appliance.sight import Box, Detection, Effort, Frame, Guess, Kind, Looks, Picture
from appliance.vision.base import ReadResult
from appliance.vision.drops import Dropped

from .makers import FakeDescriber, FakeDetector, FakeReader, characters, frame, plate, result
from .rig import Bench


def test_a_standing_plate_is_voted_and_stays_seen() -> None:
    bench = Bench(FakeDetector([plate(150)]))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(10)
    assert [s.in_roi for s in bench.scenes()] == [False, *[True] * 6]  # fewer once it is settled
    assert [len(v.vote.agreeing) for v in bench.votes()] == [1, 2, 3]


def test_watching_reads_nothing_at_a_low_rate() -> None:
    bench = Bench(FakeDetector([plate(150)]))
    bench.run(20)
    assert len(bench.scenes()) == 5  # two a second, and a second look at what is new
    assert bench.votes() == []


def test_recognising_sees_every_frame() -> None:
    bench = Bench(FakeDetector([]))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(20)
    assert len(bench.scenes()) == 20


def test_guarding_reads_newcomers_only() -> None:
    bench = Bench(FakeDetector([plate(150)]))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(6)
    before = len(bench.votes())
    bench.loop.look(Effort.GUARD)
    bench.run(30)
    assert len(bench.votes()) == before


def test_an_old_frame_says_nothing() -> None:
    bench = Bench(FakeDetector([plate(150)]))
    bench.mailbox.put(frame(98.5))
    assert not bench.loop.step()
    assert (bench.drops.tally(), bench.events) == ({("cam", Dropped.STALE): 1}, [])


def test_a_step_beats_without_frames() -> None:
    bench = Bench(FakeDetector([]))
    bench.time.advance(7.0)
    bench.loop.step()
    assert bench.loop.beat_s == 107.0


def test_a_plate_outside_the_roi_is_seen_but_not_in_it() -> None:
    roi = ((0.0, 0.0), (0.2, 0.0), (0.2, 1.0), (0.0, 1.0))
    bench = Bench(FakeDetector([plate(300)]), camera=Camera(roi=roi))
    bench.run(2)
    assert [(s.in_roi, s.in_zone, len(s.tracks)) for s in bench.scenes()][1:] == [(False, False, 1)]


def test_a_plate_that_only_touches_the_zone_vetoes() -> None:
    roi = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))
    bench = Bench(FakeDetector([plate(150)]), camera=Camera(roi=roi))
    bench.run(2)
    assert [(s.in_roi, s.in_zone) for s in bench.scenes()] == [(False, False), (False, True)]


def test_a_plate_cut_by_the_edge_is_not_read() -> None:
    bench = Bench(FakeDetector([plate(0)]))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(5)
    assert bench.votes() == []


def test_a_track_that_left_is_gone_with_its_vote_also_without_frames() -> None:
    bench = Bench(FakeDetector([plate(150)]))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(5)
    bench.time.advance(2.0)
    bench.loop.step()
    gone = bench.events[-1]
    assert isinstance(gone, TrackGone)
    assert gone.vote is not None
    assert gone.vote.text == "AB12CD"


def test_two_plates_in_one_track_do_not_mix() -> None:
    reads = [result("AB12CD")] * 3 + [result("XYZ789")] * 3
    bench = Bench(FakeDetector([plate(150)]), FakeReader(*reads))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(40)
    last = bench.votes()[-1].vote
    assert (last.text, last.track.id) == ("XYZ789", 2)
    assert {r.text for r in last.agreeing} == {"XYZ789"}
    assert {r.track_id for r in last.agreeing} == {2}


def test_an_overview_sees_and_reads_nothing() -> None:
    bench = Bench(FakeDetector([plate(150)]), camera=Camera(role="overview"))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(10)
    assert bench.scenes()[-1].in_zone
    assert bench.votes() == []


def test_a_vehicle_keeps_its_track_when_the_camera_goes_over_to_its_large_stream() -> None:
    small, large = plate(75, 40.0, 30.0), Detection(Kind.PLATE, 0.9, Box(150, 80, 210, 120))
    bench = Bench(FakeDetector([small], [small], [large]))
    bench.loop.look(Effort.RECOGNISE)
    for size in ((100, 200), (100, 200), (200, 400), (200, 400)):
        bench.time.advance(0.1)
        image = np.zeros((*size, 3), np.uint8)
        bench.mailbox.put(Frame("cam", 0, bench.time.monotonic(), Picture.of(image)))
        bench.loop.step()
    assert [[t.id for t in s.tracks] for s in bench.scenes()] == [[], [1], [1], [1]]
    assert [s.in_roi for s in bench.scenes()] == [False, True, True, True]


def test_a_sign_is_no_vehicle_after_some_reads() -> None:
    bench = Bench(FakeDetector([plate(150)]), FakeReader(result("PARKING", shape=0.0)))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(8)
    assert (bench.scenes()[1].in_zone, bench.scenes()[-1].in_zone) == (True, False)


def test_what_cannot_be_read_stays_a_vehicle() -> None:
    bench = Bench(FakeDetector([plate(150)]), FakeReader(result("X1", confidence=0.3, shape=0.0)))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(20)
    assert bench.scenes()[-1].in_zone


def test_one_doubtful_character_makes_no_sign() -> None:
    doubtful = ReadResult((*characters("PARKIN", 0.99), *characters("G", 0.6)), "PARKING", shape=0.0)
    bench = Bench(FakeDetector([plate(150)]), FakeReader(doubtful))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(20)
    assert bench.scenes()[-1].in_zone


def test_a_failed_engine_is_reported_once_and_cleared() -> None:
    bench = Bench(FakeDetector(EngineFailed("x", part="own.det"), EngineFailed("x", part="own.det"), []))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(3)
    assert bench.faults.lines == ["+engine_failed", "-engine_failed"]
    assert len(bench.scenes()) == 1
    assert bench.faults.standing == set()


def test_a_reader_that_failed_stands_until_it_has_read() -> None:
    reader = FakeReader(EngineFailed("x", part="own.rec"), ReaderStalled("hung"), result("AB12CD"))
    bench = Bench(FakeDetector([plate(150)]), reader)
    bench.loop.look(Effort.RECOGNISE)
    bench.run(3)
    assert bench.faults.standing == {("engine_failed", "own.rec")}
    bench.run(4)
    assert bench.faults.lines == ["+engine_failed", "-engine_failed", "+reader_stalled", "-reader_stalled"]
    assert bench.faults.standing == set()


def test_a_desk_that_stalled_is_a_fault_until_it_gives_answers_again() -> None:
    bench = Bench(FakeDetector([]))
    for stalled in (True, True, False):
        bench.desk.stalled = stalled
        bench.loop.step()
    assert bench.faults.lines == ["+reader_stalled", "-reader_stalled"]


def test_a_change_of_the_effort_asks_the_mailbox_for_a_frame_at_once() -> None:
    bench = Bench(FakeDetector([]))
    bench.run(1)
    watching_s = bench.mailbox.due_s
    bench.loop.look(Effort.RECOGNISE)
    assert bench.mailbox.due_s < bench.time.monotonic() < watching_s


CAR = Detection(Kind.CAR, 0.9, Box(100, 20, 260, 140))
WHITE = Looks(Guess("white", 0.9), Guess("van", 0.8))


def test_the_looks_of_a_vehicle_stand_in_its_vote_after_some_frames() -> None:
    describer = FakeDescriber(WHITE)
    bench = Bench(FakeDetector([CAR, plate(150)]), describer=describer)
    bench.loop.look(Effort.RECOGNISE)
    bench.run(40)
    assert bench.votes()[-1].vote.looks == WHITE
    assert describer.boxes == [CAR.box] * 5


def test_a_plate_without_a_vehicle_has_no_looks() -> None:
    bench = Bench(FakeDetector([plate(150)]), describer=FakeDescriber(WHITE))
    bench.loop.look(Effort.RECOGNISE)
    bench.run(20)
    assert bench.votes()[-1].vote.looks is None


def test_a_describer_that_is_stuck_is_warned_of_until_it_is_not() -> None:
    bench = Bench(FakeDetector([]), describer=FakeDescriber(WHITE))
    for stuck in (True, True, False):
        bench.looking.stuck = stuck
        bench.loop.step()
    assert bench.faults.lines == ["+looks_failed", "-looks_failed"]


def test_a_vehicle_that_cannot_be_described_is_read_and_warned_of() -> None:
    describer = FakeDescriber(EngineFailed("x", part="own.vehicle"), WHITE)
    bench = Bench(FakeDetector([CAR, plate(150)]), describer=describer)
    bench.loop.look(Effort.RECOGNISE)
    bench.run(20)
    assert bench.votes()[-1].vote.text == "AB12CD"
    assert bench.faults.lines == ["+looks_failed", "-looks_failed"]
