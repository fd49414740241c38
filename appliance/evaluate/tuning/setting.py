"""One way to set the gate's eyes, and what it is laid over."""

from __future__ import annotations

from dataclasses import dataclass

from ...config import Config


@dataclass(frozen=True, slots=True)
class Setting:
    """What is tried together; the keys' names are those of the configuration."""

    detect_side: int
    detection_threshold: float
    idle_fps: float
    recognise_fps: float
    settled_fps: float
    min_reads: int

    @classmethod
    def of(cls, config: Config) -> Setting:
        """As the gate is set now."""
        vision = config.vision
        return cls(
            vision.detect_side,
            vision.detection_threshold,
            vision.idle_fps,
            vision.recognise_fps,
            vision.settled_fps,
            config.vote.min_reads,
        )

    def laid_over(self, config: Config) -> Config:
        """The configuration with this setting in it."""
        seen = {
            "detect_side": self.detect_side,
            "detection_threshold": self.detection_threshold,
            "idle_fps": self.idle_fps,
            "recognise_fps": self.recognise_fps,
            "settled_fps": self.settled_fps,
        }
        vision = config.vision.model_copy(update=seen)
        vote = config.vote.model_copy(update={"min_reads": self.min_reads})
        return config.model_copy(update={"vision": vision, "vote": vote})
