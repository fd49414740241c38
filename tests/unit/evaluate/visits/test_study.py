"""The study of visits against drawn lists, and its reports."""

from __future__ import annotations

import json

import pytest

from appliance.config.schema import Access
from appliance.config.schema import Vote as VoteSettings
from appliance.evaluate.canvas import SvgCanvas
from appliance.evaluate.visits import report
from appliance.evaluate.visits.photos import Plate, Visit
from appliance.evaluate.visits.study import NEIGHBOURS, WORST, Curve, Study, nearest
from tests.unit.access.builders import vote

RIGHT = Visit(Plate("a", "AB123CD", "fr"), (vote("AB123CD", overall=0.75),))
MISREAD = Visit(Plate("b", "XY456ZW"), (vote("XY456ZV"),))
UNREAD = Visit(Plate("c", "KLM789"), ())


def study(*visits: Visit) -> Study:
    return Study(Access(), VoteSettings(), visits, sizes=(10, 20), draws=2)


def shipped(*visits: Visit) -> Curve:
    return [curve for curve in study(*visits).curves() if curve.regions == "any"][-1]


def test_who_was_read_right_is_let_in_up_to_its_confidence() -> None:
    opened = {point.threshold: point.opened["20"] for point in shipped(RIGHT).points}
    assert (opened[0.3], opened[0.75], opened[0.8]) == (1.0, 1.0, 0.0)


def test_who_was_read_right_is_let_in_by_no_other_list() -> None:
    assert {rate.share for rate in shipped(RIGHT).points[0].false.values()} == {0.0}


def test_a_misread_opens_where_just_that_text_is_listed() -> None:
    point = shipped(MISREAD).points[0]
    assert (point.wrong, point.false[WORST].share, point.false["20"].share) == (1.0, 1.0, 0.0)


def test_a_sure_misread_opens_where_all_neighbours_are_listed() -> None:
    assert shipped(MISREAD).points[0].false[NEIGHBOURS].share == 1.0


def test_the_odds_of_a_misread_grow_with_the_list() -> None:
    false = shipped(MISREAD).points[0].false
    assert (false["10"].chance, false["20"].chance) == pytest.approx((10 / 456_976_000, 20 / 456_976_000))


def test_who_was_not_read_counts_as_not_let_in() -> None:
    point = shipped(RIGHT, UNREAD).points[0]
    assert (point.right, point.wrong, point.opened["10"]) == (0.5, 0.0, 0.5)


def test_a_plate_on_two_pictures_counts_once() -> None:
    again = Visit(Plate("other picture", "AB123CD"), ())
    curve = shipped(RIGHT, again)
    assert (curve.plates, curve.visits, curve.points[0].opened["10"]) == (1, 2, 0.5)


def test_the_report_says_what_its_bounds_are_and_no_odds_of_nothing() -> None:
    made = study(RIGHT)
    text = report.as_text(report.Costs("mine", Access(), made.curves(), made.sure()))
    assert "in brackets, the 95 % upper bound of the true share" in text
    assert "Nothing was misread at this threshold" in text
    assert "0.0e+00" not in text


def test_own_formats_are_tried_where_the_region_is_known() -> None:
    assert [curve.plates for curve in study(RIGHT, UNREAD).curves()] == [2, 2, 2, 1, 1, 1]


def test_the_sweep_of_sure_threshold_asks_at_the_configured_one() -> None:
    assert {point.threshold for _, point in study(RIGHT).sure()} == {0.6}


def test_the_nearest_point_is_taken() -> None:
    assert nearest(shipped(RIGHT).points, 0.61).threshold == 0.6


@pytest.fixture(scope="module")
def costs() -> report.Costs:
    of = study(RIGHT, MISREAD, UNREAD)
    return report.Costs("gatehouse", Access(), of.curves(), of.sure())


def test_the_object_holds_every_curve_and_no_plate(costs: report.Costs) -> None:
    text = json.dumps(report.as_json(costs))
    assert (len(json.loads(text)["curves"]), "AB123CD" in text, "XY456Z" in text) == (6, False, False)


def test_the_tables_name_the_configured_threshold(costs: report.Costs) -> None:
    assert "At 0.6, by the way to decide" in report.as_text(costs)


def test_the_charts_are_one_picture(costs: report.Costs) -> None:
    canvas = SvgCanvas(report.WIDTH, report.HEIGHT)
    report.draw(costs, canvas)
    assert canvas.text().count("<polyline") > 20
