import json
from xml.etree import ElementTree

from appliance.evaluate.canvas import SvgCanvas
from appliance.evaluate.outcome import Outcome
from appliance.evaluate.plot import HEIGHT, WIDTH, draw
from appliance.evaluate.report import as_json, as_text
from appliance.evaluate.session import Evaluation, Source

from .makers import outcome, plate, plate_label, reads, vehicle, vehicle_label

SOURCE = Source("mine", "fp32", "fake")
SEEN = [*reads(("AB12", 0.9), ("XX", 0.85)), outcome([vehicle_label(0, "car")], [vehicle(0)])]


def evaluation(outcomes: list[Outcome]) -> Evaluation:
    return Evaluation(SOURCE, outcomes, peak_mb=200.0)


def test_the_object_has_every_figure() -> None:
    data = json.loads(json.dumps(as_json(evaluation(SEEN))))
    assert (data["set"], data["pictures"], data["peak_mb"]) == ("mine", 3, 200.0)
    assert data["detection"]["plate"] == {
        "labelled": 2,
        "found": 2,
        "recall": 1.0,
        "claimed": 2,
        "precision": 1.0,
    }
    assert data["detection"]["car"]["type_right"] == 1
    assert data["reading"]["folded"] == 0.5
    assert data["wrong"] == [{"file": "a.jpg", "label": "AB12", "read": "XX", "score": 0.85}]
    assert data["ms"]["whole"]["p50"] == 20.0


def test_nothing_labelled_gives_no_figure_and_no_error() -> None:
    data = as_json(evaluation([]))
    assert (data["reading"], data["curve"], data["ms"], data["detection"]) == (None, [], {}, {})
    assert as_text(evaluation([])) == "mine (fp32, fake) on 0 pictures\nmemory of the process: 200 MB at most"


def test_the_report_says_the_same_to_people() -> None:
    text = as_text(evaluation(SEEN))
    rows = {line.split("  ")[0]: line.split()[1:] for line in text.splitlines() if line.strip()}
    assert rows["plate"] == ["2", "100.0", "%", "2", "100.0", "%"]
    assert rows["all"] == ["2", "100.0", "%", "50.0", "%", "50.0", "%", "50.0", "%", "50.0", "%", "0.0", "%"]


def test_the_plot_is_a_picture_with_its_charts() -> None:
    canvas = SvgCanvas(WIDTH, HEIGHT)
    draw(evaluation([*SEEN, outcome([plate_label(0, "A<B")], [plate(0, "AB")])]), canvas)
    root = ElementTree.fromstring(canvas.text())
    words = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert "Plates found, by width in the picture" in words
    assert "3 of 3" in words


def test_a_plot_of_nothing_is_empty_charts() -> None:
    canvas = SvgCanvas(WIDTH, HEIGHT)
    draw(evaluation([]), canvas)
    assert ElementTree.fromstring(canvas.text()).tag.endswith("svg")


def test_words_in_a_plot_are_escaped() -> None:
    canvas = SvgCanvas(10, 10)
    canvas.words("a<b&c", (0, 0))
    assert "a&lt;b&amp;c" in canvas.text()
