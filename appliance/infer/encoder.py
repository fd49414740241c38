"""The contract of an encoder of pictures that lie in a GPU's memory."""

from __future__ import annotations

from abc import ABC, abstractmethod

from .gpu import Stream


class BaseEncoder(ABC):
    """Makes JPEGs. One thread at a time, while the GPU is current."""

    @abstractmethod
    def encode(self, address: int, width: int, height: int, quality: int, stream: Stream) -> bytes:
        """A baseline JPEG, 4:2:0, of BGR pixels without padding. Raises EngineFailed."""
