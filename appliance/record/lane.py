"""A queue between the threads that submit and the one that writes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Lane(Generic[T]):
    """A bounded queue that never blocks: `put` says no when it is full, and `refused` counts that."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._items: deque[T] = deque()
        self.refused = 0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T) -> bool:
        with self._lock:
            if len(self._items) >= self._size:
                self.refused += 1
                return False
            self._items.append(item)
            return True

    def take(self) -> list[T]:
        with self._lock:
            items = list(self._items)
            self._items.clear()
            return items

    def put_back(self, items: Iterable[T]) -> None:
        """Return what was taken to the front, in its order."""
        with self._lock:
            self._items.extendleft(reversed(list(items)))

    def look(self) -> list[T]:
        with self._lock:
            return list(self._items)
