"""The ladder of recovery: rungs in order, each with its count, its window and its rest; never a storm."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.config.schema import Recovery
from appliance.runtime.ladder import DAY_S, History, Ladder, Part, Rung, Step, Trouble

NEVER = Recovery()
MAY = Recovery(reboot=True, reboots_a_day=2)
EYES = Trouble(Part.EYES, "hung", backend="tensorrt")
STUCK = Trouble(Part.EYES, "lost", backend="tensorrt", stuck=True)
CAMERA = Trouble(Part.CAMERA, "hung", name="front")


def climbed(ladder: Ladder, trouble: Trouble, times: int, *, every_s: float) -> list[Rung | None]:
    return [climb(ladder, trouble, n * every_s) for n in range(times)]


def climb(ladder: Ladder, trouble: Trouble, now_s: float) -> Rung | None:
    rung = ladder.next(trouble, now_s)
    if rung is not None:
        ladder.take(rung, trouble, now_s)
    return rung


def die(ladder: Ladder, now_s: float) -> None:
    ladder.take(Rung.PROCESS, Trouble(Part.GATE, "killed"), now_s)


# -- rungs -----------------------------------------------------------------------------------------


def test_a_camera_is_opened_anew_five_times_and_then_the_process_starts_anew() -> None:
    assert climbed(Ladder(NEVER, History(), 0.0), CAMERA, 6, every_s=30.0) == [Rung.DEVICE] * 5 + [
        Rung.PROCESS
    ]


def test_eyes_open_anew_before_the_process_does() -> None:
    assert climbed(Ladder(NEVER, History(), 0.0), EYES, 6, every_s=30.0) == [Rung.LOOP] * 5 + [Rung.PROCESS]


def test_what_cannot_be_freed_in_the_process_ends_it_at_once() -> None:
    assert Ladder(NEVER, History(), 0.0).next(STUCK, 0.0) is Rung.PROCESS


@pytest.mark.parametrize(("after_s", "rung"), [(0.4, None), (0.5, Rung.LOOP)])
def test_a_rung_rests_after_each_step(after_s: float, rung: Rung | None) -> None:
    ladder = Ladder(NEVER, History(), 0.0)
    climb(ladder, EYES, 0.0)

    assert ladder.next(EYES, after_s) is rung


@pytest.mark.parametrize(("after_s", "rung"), [(0.9, None), (1.0, Rung.LOOP)])
def test_the_rest_doubles_with_each_step(after_s: float, rung: Rung | None) -> None:
    ladder = Ladder(NEVER, History(), 0.0)
    climbed(ladder, EYES, 2, every_s=10.0)

    assert ladder.next(EYES, 10.0 + after_s) is rung


@pytest.mark.parametrize(("after_s", "rung"), [(299.0, Rung.PROCESS), (301.0, Rung.LOOP)])
def test_steps_outside_the_window_are_forgotten(after_s: float, rung: Rung) -> None:
    ladder = Ladder(NEVER, History(), 0.0)
    climbed(ladder, EYES, 5, every_s=20.0)

    assert ladder.next(EYES, after_s) is rung


def test_each_camera_has_its_own_steps() -> None:
    ladder = Ladder(NEVER, History(), 0.0)
    climbed(ladder, CAMERA, 5, every_s=30.0)

    assert ladder.next(Trouble(Part.CAMERA, "hung", name="rear"), 150.0) is Rung.DEVICE


def test_when_every_rung_is_used_up_it_rests() -> None:
    ladder = Ladder(NEVER, History(), 0.0)

    assert climbed(ladder, STUCK, 4, every_s=100.0) == [Rung.PROCESS] * 3 + [None]


# -- over restarts ---------------------------------------------------------------------------------


def again(ladder: Ladder, now_s: float, settings: Recovery = NEVER) -> Ladder:
    """The ladder of the next process, whose clock begins at zero."""
    return Ladder(settings, ladder.history(now_s), 0.0)


def test_restarts_of_the_process_outlive_it_and_reopened_cameras_do_not() -> None:
    ladder = Ladder(NEVER, History(), 0.0)
    climb(ladder, CAMERA, 1.0)
    climb(ladder, STUCK, 2.0)

    assert [step.rung for step in ladder.history(3.0).steps] == [Rung.PROCESS]


def test_the_hour_meter_goes_on() -> None:
    assert again(Ladder(NEVER, History(50.0), 0.0), 10.0).history(5.0).served_s == 65.0


def deaths(times: int, at_s: float = 0.0) -> History:
    step = Step(Rung.PROCESS, Part.GATE, "it was killed", at_s)
    return History(at_s, (step,) * times)


@pytest.mark.parametrize(
    ("times", "settings", "rung"),
    [(4, NEVER, Rung.PROCESS), (5, NEVER, None), (4, MAY, Rung.PROCESS), (5, MAY, Rung.BOARD)],
)
def test_a_gate_that_died_too_often_reboots_or_stays_down(
    times: int, settings: Recovery, rung: Rung | None
) -> None:
    assert Ladder(settings, deaths(times), 0.0).verdict(0.0)[0] is rung


def test_it_says_how_often_and_why_it_died() -> None:
    assert Ladder(NEVER, deaths(5), 0.0).verdict(0.0)[1] == "it ended 5 times in a day; last: it was killed"


def test_a_day_without_deaths_forgets() -> None:
    assert Ladder(NEVER, deaths(5), 0.0).verdict(DAY_S)[0] is Rung.PROCESS


def test_after_a_reboot_the_gate_has_its_chance() -> None:
    ladder = Ladder(MAY, deaths(5), 0.0)
    ladder.take(Rung.BOARD, Trouble(Part.GATE, "died"), 1.0)
    ladder = again(ladder, 2.0, MAY)
    served = ladder.verdict(0.0)[0]
    die(ladder, 601.0)

    assert (served, ladder.verdict(601.0)[0]) == (Rung.PROCESS, Rung.BOARD)


def test_a_board_reboots_so_often_a_day_and_rests_between() -> None:
    ladder = Ladder(MAY, History(), 0.0)
    climbed(ladder, STUCK, 3, every_s=100.0)

    assert [climb(ladder, STUCK, 300.0 * n) for n in range(1, 7)] == [
        Rung.BOARD,
        None,
        Rung.BOARD,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize("part", [Part.CAMERA, Part.LISTS])
def test_a_lost_camera_or_list_reboots_nothing(part: Part) -> None:
    ladder, trouble = Ladder(MAY, History(), 0.0), Trouble(part, "hung", stuck=True)

    assert climbed(ladder, trouble, 4, every_s=2000.0) == [Rung.PROCESS] * 2 + [None] * 2


def test_a_hand_that_starts_it_gives_it_its_chances_back_but_no_more_reboots() -> None:
    ladder = Ladder(MAY, deaths(5), 0.0)
    ladder.take(Rung.BOARD, EYES, 0.0)
    ladder.take(Rung.BOARD, EYES, 600.0)
    by_hand = Ladder(MAY, ladder.history(2000.0, down="it died"), 0.0)
    served = by_hand.verdict(0.0)[0]
    for _ in range(5):
        die(by_hand, 1.0)

    assert (served, by_hand.verdict(1.0)[0]) == (Rung.PROCESS, None)


@pytest.mark.parametrize(("times", "benched"), [(2, frozenset()), (3, frozenset({"tensorrt"}))])
def test_a_backend_that_was_blamed_three_times_is_benched(times: int, benched: frozenset[str]) -> None:
    ladder = Ladder(NEVER, History(), 0.0)
    climbed(ladder, STUCK, times, every_s=100.0)

    assert again(ladder, 300.0).benched(0.0) == benched


# -- never a storm, whatever happens ---------------------------------------------------------------


@dataclass
class Day:
    """A gate over many processes on one hour meter, and the steps that it took."""

    settings: Recovery
    now_s: float = 0.0
    history: History = field(default_factory=History)
    steps: list[tuple[float, Rung | None, Part]] = field(default_factory=list)
    is_down: bool = False

    def live(self, troubles: list[tuple[float, Trouble]]) -> None:
        """One life of the process: it ends with the first rung that ends it."""
        ladder = Ladder(self.settings, self.history, self.now_s)
        rung, why = ladder.verdict(self.now_s)
        if rung is Rung.BOARD:
            ladder.take(Rung.BOARD, Trouble(Part.GATE, why), self.now_s)
            self.steps.append((self.now_s, Rung.BOARD, Part.GATE))
        elif rung is None:
            self.is_down = True
        else:
            self._suffer(ladder, troubles)
        self.history = ladder.history(self.now_s)

    def _suffer(self, ladder: Ladder, troubles: list[tuple[float, Trouble]]) -> None:
        for after_s, trouble in troubles:
            self.now_s += after_s
            if trouble.part is Part.GATE:
                die(ladder, self.now_s)
                self.steps.append((self.now_s, Rung.PROCESS, Part.GATE))
                return
            rung = climb(ladder, trouble, self.now_s)
            self.steps.append((self.now_s, rung, trouble.part))
            if rung in (Rung.PROCESS, Rung.BOARD):
                return

    def most_in_a_day(self, rung: Rung, *parts: Part) -> int:
        times = [at_s for at_s, taken, part in self.steps if taken is rung and (not parts or part in parts)]
        return max((sum(at <= t < at + DAY_S for t in times) for at in times), default=0)


A_TROUBLE = st.builds(
    Trouble,
    st.sampled_from(list(Part)),
    st.just("it failed"),
    name=st.sampled_from(["front", "rear"]),
    stuck=st.booleans(),
)
LIVES = st.lists(
    st.lists(st.tuples(st.floats(0.0, 5000.0), A_TROUBLE), min_size=1, max_size=12), min_size=1, max_size=40
)


@pytest.mark.parametrize("settings", [NEVER, MAY])
@given(lives=LIVES)
def test_no_history_of_failures_makes_a_storm(
    settings: Recovery, lives: list[list[tuple[float, Trouble]]]
) -> None:
    day = Day(settings)
    for troubles in lives:
        day.live(troubles)

    assert day.most_in_a_day(Rung.PROCESS, Part.EYES) <= 3
    assert day.most_in_a_day(Rung.PROCESS, Part.CAMERA) <= 2
    assert day.most_in_a_day(Rung.PROCESS, Part.LISTS) <= 2
    assert day.most_in_a_day(Rung.PROCESS, Part.GATE) <= 5 + 2 * settings.reboot
    assert day.most_in_a_day(Rung.BOARD) <= 2 * settings.reboot


@given(lives=LIVES)
def test_a_gate_that_is_down_stays_down_without_a_hand(lives: list[list[tuple[float, Trouble]]]) -> None:
    day = Day(NEVER, history=deaths(5))
    for troubles in lives:
        day.live(troubles)

    assert (day.is_down, day.steps) == (True, [])
