"""Senses: puts what pins, cameras and the fault board say into one set of inputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..authority import Authority
from ..events import Presence, SceneSeen
from ..faults import ActiveFault
from ..states.base import Inputs, Policy
from .ports import Panel


@dataclass(frozen=True, slots=True)
class Sight:
    """How long what one camera last saw stays true, in seconds; whether it shows where the arm comes down."""

    valid_s: float
    guards: bool = True


class Senses:
    """Keeps the last scene of each camera, and the authorities that were used."""

    def __init__(self, policy: Policy, cameras: Mapping[str, Sight]) -> None:
        self._policy = policy
        self._cameras = dict(cameras)
        self._scenes: dict[str, SceneSeen] = {}
        self._spent: dict[str, float] = {}
        self.checked = False
        self.warm = False

    def see(self, scene: SceneSeen) -> bool:
        """Keep the scene, unless a newer one of that camera is known; whether it is its first one."""
        known = self._scenes.get(scene.camera)
        if known is None or scene.captured_s >= known.captured_s:
            self._scenes[scene.camera] = scene
        return known is None

    def spend(self, authority: Authority) -> None:
        """The authority is used. It is forgotten once it could not open any more."""
        self._spent[authority.id] = authority.expires_s

    def inputs(self, panel: Panel, faults: tuple[ActiveFault, ...], now_s: float) -> Inputs:
        """Everything that the machine may look at, at `now_s`."""
        self._forget_expired(now_s)
        doubted = self._doubted(faults, now_s)
        scenes = [s for name, s in self._scenes.items() if name not in doubted]
        return Inputs(
            policy=self._policy,
            stop=panel.stop,
            loop=panel.loop,
            beam=panel.beam,
            zone=self._zone(scenes, doubted),
            roi=_presence(self._cameras, any(s.in_roi for s in scenes), doubted),
            opened=panel.opened,
            closed=panel.closed,
            tracks=frozenset((t.camera, t.id) for s in scenes for t in s.tracks if t.in_roi),
            doubted=doubted,
            faults=faults,
            spent=frozenset(self._spent),
            checked=self.checked,
            warm=self.warm,
        )

    def _zone(self, scenes: Collection[SceneSeen], doubted: frozenset[str]) -> Presence:
        """Only of cameras that show the place: others neither veto nor prove it clear."""
        guards = {name for name, sight in self._cameras.items() if sight.guards}
        seen = any(s.in_zone for s in scenes if s.camera in guards)
        return _presence(guards, seen, doubted & guards)

    def _doubted(self, faults: tuple[ActiveFault, ...], now_s: float) -> frozenset[str]:
        """Cameras with an old scene, or a fault of their own (laws 2 and 8)."""
        faulty = {f.part for f in faults if f.part in self._cameras}
        return frozenset(n for n, s in self._cameras.items() if n in faulty or self._stale(n, s, now_s))

    def _stale(self, name: str, sight: Sight, now_s: float) -> bool:
        scene = self._scenes.get(name)
        return scene is None or now_s - scene.captured_s > sight.valid_s

    def _forget_expired(self, now_s: float) -> None:
        expired = [name for name, expires_s in self._spent.items() if expires_s <= now_s]
        for name in expired:
            del self._spent[name]


def _presence(cameras: Collection[str], seen: bool, doubted: frozenset[str]) -> Presence:
    """One good camera that sees something is enough; a doubted one leaves the rest unknown."""
    if not cameras:
        return Presence.NOT_FITTED
    if seen:
        return Presence.PRESENT
    return Presence.UNKNOWN if doubted else Presence.CLEAR
