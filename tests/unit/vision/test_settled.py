"""A vote that is won lowers the rate, and nothing that matters comes later for it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from appliance.config.schema import Camera, Vision
from appliance.sight import AnyPicture, Box, Detection, Effort, Kind
from appliance.vision.base import ReadResult
from appliance.vision.pace import Pace

from .makers import FakeDetector, FakeReader, plate, result
from .rig import Bench

FPS = 15.0
CAR = Detection(Kind.CAR, 0.9, Box(100, 20, 260, 140))


def recognising(*found: Detection, reader: FakeReader | None = None, camera: Camera | None = None) -> Bench:
    bench = Bench(
        FakeDetector(found), reader=reader or FakeReader(result("AB12CD")), camera=camera or Camera()
    )
    bench.loop.look(Effort.RECOGNISE)
    return bench


def rate(bench: Bench, seconds: float = 10.0) -> float:
    """Frames a second that the loop looks at, of a camera that gives fifteen."""
    before = bench.loop.processed
    bench.run(round(FPS * seconds), 1 / FPS)
    return (bench.loop.processed - before) / seconds


def test_a_vehicle_that_is_surely_known_is_looked_at_less_often() -> None:
    bench = recognising(plate(150))
    bench.run(15, 1 / FPS)
    assert rate(bench) == pytest.approx(Vision().settled_fps, abs=0.3)


def test_an_empty_roi_is_looked_at_as_often_as_recognising_asks() -> None:
    assert rate(recognising()) == pytest.approx(FPS, abs=0.3)


@pytest.mark.parametrize(
    "reads",
    [
        [result("")],
        [result("X1", confidence=0.3, shape=0.0)],
        [result("AB12CD"), result("QQ99ZZ"), result("KL45MN"), result("PP00PP")] * 200,
    ],
    ids=["nothing read", "no plate's text", "reads that disagree"],
)
def test_what_is_not_settled_is_looked_at_as_often_as_recognising_asks(reads: list[ReadResult]) -> None:
    bench = recognising(plate(150), reader=FakeReader(*reads))
    bench.run(15, 1 / FPS)
    assert rate(bench) == pytest.approx(FPS, abs=0.3)


def test_a_vehicle_in_the_roi_whose_plate_is_hidden_is_not_settled() -> None:
    bench = recognising(plate(150), CAR)
    bench.run(30, 1 / FPS)
    bench.detector.script = [[CAR]]
    bench.run(45, 1 / FPS)  # until its reads are no longer fresh
    assert rate(bench) == pytest.approx(FPS, abs=0.3)


def test_one_read_that_says_another_text_brings_the_full_rate_back() -> None:
    bench = recognising(plate(150))
    bench.run(60, 1 / FPS)
    bench.reader.script = [result("ZZ99YY")]
    said = len(bench.desk.collected)
    while len(bench.desk.collected) == said:
        bench.run(1, 1 / FPS)
    assert rate(bench, 0.6) == pytest.approx(FPS, abs=2)


class ReadsOnTheLeft(FakeReader):
    """Cannot read what stands further right."""

    def read(self, picture: AnyPicture, plate: Detection) -> ReadResult:
        return super().read(picture, plate) if plate.box.x1 < 200 else result("")


def test_a_plate_behind_that_is_not_read_yet_keeps_the_full_rate() -> None:
    left = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    camera = Camera(roi=left, veto_zone=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
    bench = recognising(plate(80), plate(300), reader=ReadsOnTheLeft(result("AB12CD")), camera=camera)
    bench.run(60, 1 / FPS)
    assert rate(bench) == pytest.approx(FPS, abs=0.3)


def test_a_second_vehicle_is_read_as_soon_as_if_the_first_were_not_there() -> None:
    def first_vote_s(found: list[Detection], before: list[Detection]) -> float:
        bench = recognising(*before)
        bench.run(60, 1 / FPS)
        bench.detector.script = [found]
        bench.reader.script = [result("ZZ99YY")]
        came_s, heard = bench.time.monotonic(), len(bench.votes())
        bench.run(60, 1 / FPS)
        settled = [
            v.vote for v in bench.votes()[heard:] if len(v.vote.agreeing) == 3 and v.vote.text == "ZZ99YY"
        ]
        return settled[0].voted_s - came_s

    alone_s = first_vote_s([plate(300)], [])
    behind_s = first_vote_s([plate(100), plate(300)], [plate(100)])
    assert behind_s <= alone_s + 1 / Vision().settled_fps


def test_the_evidence_of_a_settled_vehicle_stays_as_fresh_as_at_the_full_rate() -> None:
    bench = recognising(plate(150))
    bench.run(round(30 * FPS), 1 / FPS)
    votes = [v.vote for v in bench.votes() if len(v.vote.agreeing) >= 3]
    gaps = [b.voted_s - a.voted_s for a, b in pairwise(votes)]
    assert len(gaps) >= 10
    assert max(gaps) <= 2.5  # of ten seconds for which evidence counts


def test_presence_in_the_veto_zone_is_told_as_soon_as_when_guarding() -> None:
    bench = recognising(plate(150))
    bench.run(round(10 * FPS), 1 / FPS)
    times = [scene.captured_s for scene in bench.scenes()]
    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps) <= 1 / Vision().guard_fps + 1 / FPS  # and the wait for the next frame


def test_another_plate_in_the_place_of_a_settled_one_is_looked_at_closely() -> None:
    bench = recognising(plate(150))
    bench.run(30, 1 / FPS)
    bench.reader.script = [result("ZZ99YY")]
    bench.run(60, 1 / FPS)
    assert bench.votes()[-1].vote.text == "ZZ99YY"


@pytest.mark.parametrize(
    ("settled_fps", "period_s"), [(5.0, 0.2), (0.1, 0.5), (60.0, 1 / 15)], ids=["as given", "rare", "often"]
)
def test_the_settled_rate_lies_between_watching_and_recognising(settled_fps: float, period_s: float) -> None:
    pace = Pace(Vision(settled_fps=settled_fps))
    pace.look(Effort.RECOGNISE)
    pace.taken(100.0)
    pace.seen(calm=True)
    assert pace.due_s == pytest.approx(100.0 + period_s)


@pytest.mark.parametrize(("effort", "period_s"), [(Effort.WATCH, 0.5), (Effort.GUARD, 0.25)])
def test_other_rates_stay_as_they_are(effort: Effort, period_s: float) -> None:
    pace = Pace(Vision())
    pace.look(effort)
    pace.taken(100.0)
    pace.seen(calm=True)
    assert pace.due_s == pytest.approx(100.0 + period_s)


def test_a_change_of_the_effort_while_a_frame_is_looked_at_counts_at_once() -> None:
    pace = Pace(Vision())
    pace.taken(100.0)
    pace.look(Effort.RECOGNISE)
    assert pace.due_s == float("-inf")


def test_the_same_effort_again_changes_nothing() -> None:
    pace = Pace(Vision())
    pace.taken(100.0)
    pace.look(Effort.WATCH)
    assert pace.due_s == 100.5
