"""How the detector is asked: at once, or on a thread of its own while what it found before is followed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread

from .base import Found

Work = Callable[[], Sequence[Found]]
"""A run of the detector."""


class BaseAsking(ABC):
    """Has runs done, one after the other."""

    ahead: int
    """Runs that may be under way while the one before is followed."""

    @abstractmethod
    def ask(self, work: Work) -> Work:
        """Begin a run. What is returned waits for its answer, and raises what it raised."""

    @abstractmethod
    def close(self) -> None:
        """Begin no more. May be called twice."""


class AskAtOnce(BaseAsking):
    """For a processor: it could do nothing else meanwhile, and newer frames are better asked about."""

    ahead = 0

    def ask(self, work: Work) -> Work:
        found = work()
        return lambda: found

    def close(self) -> None:
        """Nothing is open."""


class AskAhead(BaseAsking):
    """For a GPU, which computes while Python does. Its thread starts with the first run, and sits where the
    one that asks does.
    """

    ahead = 1

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[Work, Future[Sequence[Found]]] | None] = SimpleQueue()
        self._thread: Thread | None = None

    def ask(self, work: Work) -> Work:
        if self._thread is None:
            self._thread = Thread(target=self._run, name="detector", daemon=True)
            self._thread.start()
        answer: Future[Sequence[Found]] = Future()
        self._jobs.put((work, answer))
        return answer.result

    def close(self) -> None:
        self._jobs.put(None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, answer = job
            try:
                answer.set_result(work())
            except Exception as error:  # noqa: BLE001 - a task's top: who waits for the answer raises it
                answer.set_exception(error)
