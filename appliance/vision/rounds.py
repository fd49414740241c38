"""Rounds over the cameras: what is due goes through the detector together, what matters most first."""

from __future__ import annotations

from collections.abc import Sequence

from ..sight import Effort, Frame
from .loop import Parts, VisionLoop

_ORDER = {Effort.RECOGNISE: 0, Effort.GUARD: 1, Effort.WATCH: 2}
_LONGEST_WAIT_S = 0.02
"""Without a frame or an answer the loops still beat, and their tracks still expire."""


class Rounds:
    """Turns the loops of all cameras. What finds no room in a batch stays in its mailbox.

    The earliest deadline comes first (Liu and Layland, 1973), which is when a frame has waited for a whole
    period of its camera: of cameras that wait alike, one that recognises comes before one that guards, and
    that before one that watches; yet none waits for ever, or its old scene would veto closing (law 2).
    """

    def __init__(self, loops: Sequence[VisionLoop], parts: Parts) -> None:
        self._loops = tuple(loops)
        self._parts = parts
        self._most = max(1, parts.detector.most)

    def turn(self) -> int:
        """Take in all answers, and see what is due and fits. Returns how many frames that were."""
        now_s = self._parts.clock.monotonic()
        for loop in self._loops:
            loop.attend(now_s)
        batch = self._gather(now_s)
        if batch:
            found = self._parts.detect([loop.shot(frame) for loop, frame in batch])
            for (loop, frame), seen in zip(batch, found, strict=True):
                loop.see(frame, seen)
        return len(batch)

    @property
    def rest_s(self) -> float:
        """How long nothing will be due; news of frames and answers end the rest before."""
        now_s = self._parts.clock.monotonic()
        return min([_LONGEST_WAIT_S, *(s for loop in self._loops if (s := loop.due_s - now_s) > 0)])

    def _gather(self, now_s: float) -> list[tuple[VisionLoop, Frame]]:
        batch: list[tuple[VisionLoop, Frame]] = []
        for loop in sorted(self._loops, key=_urgency):
            if len(batch) == self._most:
                loop.wait(now_s)
            elif (frame := loop.take(now_s)) is not None:
                batch.append((loop, frame))
        return batch


def _urgency(loop: VisionLoop) -> tuple[float, int]:
    return loop.deadline_s, _ORDER[loop.effort]
