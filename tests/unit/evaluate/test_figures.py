import pytest

from appliance.evaluate import figures
from appliance.evaluate.figures import Detected

from .makers import outcome, plate, plate_label, reads, vehicle, vehicle_label


def test_recall_and_precision_count_what_is_labelled() -> None:
    seen = outcome([plate_label(0), plate_label(500)], [plate(0), plate(700), plate(900), vehicle(0)])
    found = figures.detected([seen])
    assert found == {"plate": Detected(2, 1, 3)}
    assert found["plate"].recall == 0.5
    assert found["plate"].precision == pytest.approx(1 / 3)


def test_types_of_vehicles_are_counted_beside_the_family() -> None:
    seen = outcome([vehicle_label(0, "car"), vehicle_label(500, "car")], [vehicle(0), vehicle(500, "bus")])
    assert figures.detected([seen]) == {"vehicle": Detected(2, 2, 2), "car": Detected(2, 2, 0, 1)}


def test_where_a_label_has_no_box_a_claim_is_not_held_against_the_net() -> None:
    seen = outcome([plate_label(0), plate_label(None, "AB12")], [plate(0), plate(300, "AB12"), plate(900)])
    assert figures.detected([seen])["plate"] == Detected(1, 1, 1)


def test_sizes_are_shares_of_the_picture_s_width() -> None:
    labels = [plate_label(0, width=20), plate_label(300, width=79), plate_label(600, width=80)]
    seen = outcome(labels, [plate(300, width=79), plate(800, width=400)])
    assert figures.by_size([seen], "plate") == {
        "under 3 %": Detected(1, 0, 0),
        "3 to 8 %": Detected(1, 1, 1),
        "8 to 20 %": Detected(1, 0, 0),
        "over 20 %": Detected(0, 0, 1),
    }


def test_a_box_wider_than_pictures_has_a_size_too() -> None:
    wide = [plate_label(0, width=20_000)]
    assert figures.by_size([outcome(wide, [])], "plate")["over 20 %"].labelled == 1


def test_reads_are_counted_exact_folded_and_by_character() -> None:
    whole = figures.read(
        [*reads(("AB12", 0.9), ("ABI2", 0.9), ("AB34", 0.85)), outcome([plate_label(0, "AB12")], [])]
    )
    assert whole is not None
    assert (whole.plates, whole.found, whole.exact, whole.folded) == (4, 0.75, 0.25, 0.5)
    assert whole.characters == pytest.approx(1 - 6 / 16)
    assert [(at.threshold, at.read, at.wrong) for at in whole.sure] == [(0.8, 0.75, 0.25), (0.9, 0.5, 0.0)]


def test_without_texts_there_is_nothing_to_read() -> None:
    seen = [outcome([plate_label(0)], [plate(0, "AB12")])]
    assert (figures.read(seen), figures.bins(seen), figures.by_region(seen)) == (None, (), {})


def test_sure_texts_where_no_plate_is_are_strays() -> None:
    seen = outcome(
        [plate_label(0, "AB12")], [plate(0, "AB12"), plate(500, "STOP", 0.85), plate(800, "", 0.9)]
    )
    assert [figures.sure([seen], threshold).strays for threshold in (0.8, 0.9)] == [1, 0]


def test_regions_are_told_apart() -> None:
    seen = [
        outcome([plate_label(0, "AB12", region)], [plate(0, text)])
        for region, text in (("us", "AB12"), ("us", "AB13"), ("", "AB12"))
    ]
    shares = {region: (one.plates, one.exact) for region, one in figures.by_region(seen).items()}
    assert shares == {"us": (2, 0.5), "unnamed": (1, 1.0)}


def test_scores_that_keep_their_promise_are_calibrated() -> None:
    kept = figures.bins(reads(*[("AB12", 0.75)] * 3, ("XX", 0.75)))
    assert figures.calibration_error(kept) == pytest.approx(0.0)


def test_scores_that_do_not_are_not() -> None:
    broken = figures.bins(reads(("AB12", 0.05), ("XX", 1.0), ("XX", 0.95)))
    assert [(step.low, step.count, step.right) for step in broken] == [(0.0, 1, 1.0), (0.9, 2, 0.0)]
    assert figures.calibration_error(broken) == pytest.approx((0.95 + 2 * 0.975) / 3)


def test_a_plate_without_a_text_does_not_count_as_sure() -> None:
    assert figures.bins([outcome([plate_label(0, "AB12")], [])]) == ()
    assert figures.calibration_error(()) is None


def test_the_curve_falls() -> None:
    points = figures.curve(reads(("AB12", 0.99), ("XX", 0.55)))
    assert [(p.read, p.wrong) for p in points if p.threshold in (0.0, 0.5, 0.6)] == [
        (1.0, 0.5),
        (1.0, 0.5),
        (0.5, 0.0),
    ]
