"""Closed vocabularies: an Enum whose members are their own text, on Python 3.10 as on 3.13."""

from enum import Enum


class Word(str, Enum):
    """A member prints, formats, serialises and compares as its value."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(str(self.value), spec)
