"""Who came: as the finest looks agree on, or as labelled."""

from __future__ import annotations

from math import inf
from pathlib import Path

from appliance.evaluate.tuning.labels import Labelled
from appliance.evaluate.tuning.visits import believed, labelled_visits
from appliance.evaluate.visits.answers import Present

from .makers import answer, reel, run, stay

SURE = 0.6


def test_what_two_runs_read_came() -> None:
    seen = believed([run(stay(answer())), run(stay(answer(), first_s=2.4))], SURE)
    assert seen == (Present("AB123CD", 2.2, 8.0),)


def test_what_one_run_reads_may_be_noise() -> None:
    assert believed([run(stay(answer())), run()], SURE) == ()


def test_what_is_not_sure_enough_is_not_believed() -> None:
    assert believed([run(stay(answer(clears=0.5)))] * 2, SURE) == ()


def test_the_text_of_most_reads_is_the_plate() -> None:
    seen = believed([run(stay(answer("AB128CD", agreeing=3))), run(stay(answer(agreeing=9)))], SURE)
    assert [one.plate for one in seen] == ["AB123CD"]


def test_a_track_that_broke_is_one_visit_and_one_that_comes_again_is_two() -> None:
    broken = run(stay(answer(), last_s=4.0), stay(answer(), first_s=6.0))
    again = run(stay(answer()), stay(answer(), first_s=30.0, last_s=40.0))
    assert [len(believed([one, one], SURE)) for one in (broken, again)] == [1, 2]


def test_two_plates_at_one_time_are_two_visits() -> None:
    both = run(stay(answer()), stay(answer("XYZ9876")))
    assert {one.plate for one in believed([both, both], SURE)} == {"AB123CD", "XYZ9876"}


def labelled(*labels: Present) -> Labelled:
    return Labelled({Path("gate.mp4").resolve(): list(labels)})


def test_a_label_with_times_stands_as_it_is() -> None:
    label = Present("AB123CD", 1.0, 9.0)
    [visit] = labelled_visits([reel()], labelled(label), [[Present("AB128CD", 2.0, 8.0)]])
    assert (visit.video, visit.who) == (0, label)


def test_labels_without_times_go_where_their_plates_were_seen() -> None:
    seen = [Present("AB128CD", 2.0, 8.0), Present("AB123CD", 30.0, 40.0)]
    placed = labelled_visits([reel()], labelled(*[Present("AB123CD", -inf, inf)] * 2), [seen])
    assert [(one.who.plate, one.who.first_s) for one in placed] == [("AB123CD", 30.0), ("AB123CD", 2.0)]


def test_a_label_whose_plate_nobody_saw_has_no_time() -> None:
    label = Present("KLM4827", -inf, inf)
    [visit] = labelled_visits([reel()], labelled(label), [[Present("AB123CD", 2.0, 8.0)]])
    assert visit.who == label
