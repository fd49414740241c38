"""Rounds over the cameras: what is due goes through the detector together, what matters most first."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from functools import partial

from ..sight import Effort, Frame
from .ahead import AskAhead, AskAtOnce, BaseAsking, Work
from .loop import Parts, VisionLoop

Batch = list[tuple[VisionLoop, Frame]]

_ORDER = {Effort.RECOGNISE: 0, Effort.GUARD: 1, Effort.WATCH: 2}
# Without a frame or an answer the loops still beat, and their tracks still expire.
_LONGEST_WAIT_S = 0.02
# After a batch with room left, frames of other cameras may come for so long: a run of two pictures costs an
# accelerator, and Python, little more than a run of one.
_GATHER_S = 0.005


class Rounds:
    """Turns the loops of all cameras. What finds no room in a batch stays in its mailbox.

    The earliest deadline comes first (Liu and Layland, 1973), which is when a frame has waited for a whole
    period of its camera: of cameras that wait alike, one that recognises comes before one that guards, and
    that before one that watches; yet none waits for ever, or its old scene would veto closing (law 2).
    """

    def __init__(self, loops: Sequence[VisionLoop], parts: Parts, asking: BaseAsking | None = None) -> None:
        self._loops = tuple(loops)
        self._parts = parts
        self._most = max(1, parts.detector.most)
        self._full = min(self._most, len(self._loops))
        # What likes several pictures at once is an accelerator, and computes while Python does.
        self._asking = asking or (AskAhead() if self._most > 1 else AskAtOnce())
        self._asked: deque[tuple[Batch, Work]] = deque()
        self._gathered_s = float("-inf")

    def turn(self) -> int:
        """Take in all answers, have what is due and fits looked at, and follow what was found.

        Returns how many frames were taken or followed. Never waits for the detector while it could be
        given more to do.
        """
        now_s = self._parts.clock.monotonic()
        if now_s < self._gathered_s and not self._asked:
            return 0
        for loop in self._loops:
            loop.attend(now_s)
        batch = self._gather(now_s) if now_s >= self._gathered_s else []
        if batch:
            shots = [loop.shot(frame) for loop, frame in batch]
            self._asked.append((batch, self._asking.ask(partial(self._parts.detect, shots))))
            self._gathered_s = now_s + (_GATHER_S if len(batch) < self._full else 0.0)
        if self._asked and (not batch or len(self._asked) > self._asking.ahead):
            return max(len(batch), self._follow(*self._asked.popleft()))
        return len(batch)

    def close(self) -> None:
        """Let go of the detector's thread, where it has one. May be called twice."""
        self._asking.close()

    def _follow(self, batch: Batch, answer: Work) -> int:
        for (loop, frame), seen in zip(batch, answer(), strict=True):
            loop.see(frame, seen)
        return len(batch)

    @property
    def rest_s(self) -> float:
        """How long nothing will be due; news of frames and answers end the rest before."""
        now_s = self._parts.clock.monotonic()
        if (left_s := self._gathered_s - now_s) > 0:
            return left_s
        return min([_LONGEST_WAIT_S, *(s for loop in self._loops if (s := loop.due_s - now_s) > 0)])

    def _gather(self, now_s: float) -> Batch:
        batch: Batch = []
        for loop in sorted(self._loops, key=_urgency):
            if len(batch) == self._most:
                loop.wait(now_s)
            elif (frame := loop.take(now_s)) is not None:
                batch.append((loop, frame))
        return batch


def _urgency(loop: VisionLoop) -> tuple[float, int]:
    return loop.deadline_s, _ORDER[loop.effort]
