"""The car's serial link: the whole wanted state again and again, each acknowledged.

    DOWN ──WELCOME of our version, in time to be trusted──> UP
      ^ HELLO each heartbeat                                │ SET at each change and each heartbeat,
      └── no answer for three heartbeats, port lost ────────┘ sooner while the last is unanswered

HELLO makes the peer release everything and draw a session; a SET that lacks it, or whose number is not
newer, is dropped: nothing that an earlier session left in a buffer ever counts. A peer that hears no
valid SET for its dead-man time releases everything and answers no SET until the next HELLO. A lost,
damaged or doubled message is therefore no event: the next one carries the same state.
`car_messages` has the bytes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ..faults import LinkFault, PeerRefused
from .base import BaseSerialLink
from .car_messages import (
    EVERYTHING,
    PROTOCOL,
    Ack,
    CarLevels,
    CarMessage,
    Hello,
    SetLevels,
    Welcome,
    pack,
    unpack,
)

SILENT_HEARTBEATS = 3
"""As many in a row are not lost by accident; the peer is asked for the same."""
RESEND_S = 0.05
"""An answer takes a few milliseconds at 115200 baud; without one the state is sent again this soon."""
REOPEN_S = 1.0
"""A USB adapter takes about as long to come back after it was plugged in."""
REOPEN_MOST_S = 8.0
"""The wait doubles up to here: a port that stays away fills no log, and is found soon when it returns."""
MOST_MESSAGES = 32
"""Taken in one tick: a babbling peer must not hold the machine."""
MOST_UNANSWERED = 32
"""More than are sent while a peer may be silent."""


class CarLink:
    """Keeps the peer in the wanted state, and knows whether it is.

    `draw` gives 16 bits, new ones for each greeting: an answer to an earlier one is none. The port is
    opened by the first tick.
    """

    def __init__(self, link: BaseSerialLink, heartbeat_s: float, draw: Callable[[], int]) -> None:
        self._link = link
        self._heartbeat_s = heartbeat_s
        self._silence_s = SILENT_HEARTBEATS * heartbeat_s
        self._draw = draw
        self._tag = draw()
        self._wanted = CarLevels()
        self._number = 0
        self._unanswered: deque[Hello | SetLevels] = deque(maxlen=MOST_UNANSWERED)
        self._sent_s = float("-inf")
        self._heard_s: float | None = None
        self._reopen_s: float | None = float("-inf")
        self._patience_s = REOPEN_S
        self._refusal: PeerRefused | None = None
        self.peer: Welcome | None = None
        """What the peer said of itself when it was last accepted."""
        self.up = False
        """The peer has answered within three heartbeats, with the levels it was asked for."""

    def ask(self, levels: CarLevels) -> None:
        """The state that the next message carries."""
        self._wanted = levels

    def send(self, now_s: float) -> None:
        """Send the wanted state now. Raises LinkFault when the port is gone."""
        self._transmit()
        self._sent_s = now_s

    def release(self) -> None:
        """Ask for everything off, and send it at once.

        Raises LinkFault where the link was up: a peer that is out of reach has released by itself.
        """
        self._wanted = CarLevels()
        try:
            self._transmit()
        except LinkFault:
            if self.up:
                raise

    def tick(self, now_s: float) -> LinkFault | None:
        """Take the answers, send when it is time: the fault that stands now, if any.

        Once the link is down the wanted state is released, and a lost port is opened again.
        """
        try:
            self._reopen(now_s)
            self._hear(now_s)
            if now_s - self._sent_s >= self._pause_s:
                self.send(now_s)
        except LinkFault as fault:
            self._lose_port(now_s)
            return fault
        return self._silence(now_s) or self._refusal

    # -- sending -----------------------------------------------------------------------------------

    def _transmit(self) -> None:
        self._number = (self._number + 1) % 0x10000
        message = self._next()
        self._link.send(pack(message))
        self._unanswered.append(message)

    def _next(self) -> Hello | SetLevels:
        if self.up:
            able = self.peer.able if self.peer else EVERYTHING
            return SetLevels(self._tag, self._number, self._wanted.within(able))
        return Hello(self._tag, self._number, round(self._heartbeat_s * 1000))

    @property
    def _pause_s(self) -> float:
        """Until the next message: a state that is not acknowledged is repeated soon."""
        return min(RESEND_S, self._heartbeat_s) if self.up and self._unanswered else self._heartbeat_s

    # -- the port ----------------------------------------------------------------------------------

    def _reopen(self, now_s: float) -> None:
        if self._reopen_s is None or now_s < self._reopen_s:
            return
        self._reopen_s = None
        self._link.close()
        self._link.open()

    def _lose_port(self, now_s: float) -> None:
        self._down()
        if self._reopen_s is None:
            self._reopen_s = now_s + self._patience_s
            self._patience_s = min(2 * self._patience_s, REOPEN_MOST_S)

    # -- hearing -----------------------------------------------------------------------------------

    def _silence(self, now_s: float) -> LinkFault | None:
        if self._heard_s is None:
            self._heard_s = now_s
        silent_s = now_s - self._heard_s
        if silent_s <= self._silence_s:
            return None
        self._down()
        return LinkFault(f"no answer for {silent_s:.1f} s", part="serial")

    def _down(self) -> None:
        """Nothing is wanted while the link is down. Only a greeting may be answered from now on."""
        self._wanted = CarLevels()
        self._refusal = None
        if self.up:
            self.up = False
            self._tag = self._draw()
            self._unanswered.clear()

    def _hear(self, now_s: float) -> None:
        for _ in range(MOST_MESSAGES):
            data = self._link.receive(0.0)
            if data is None:
                return
            message = unpack(data)
            if message is not None and self._answers(message):
                self._heard_s = now_s
                self._patience_s = REOPEN_S

    def _answers(self, message: CarMessage) -> bool:
        """Whether `message` answers one that waits; it and the older ones wait no longer then."""
        sent = next((each for each in self._unanswered if _matches(each, message)), None)
        if sent is None:
            return False
        while self._unanswered.popleft() is not sent:
            pass
        if isinstance(message, Welcome):
            self._meet(message)
        return True

    def _meet(self, peer: Welcome) -> None:
        self._refusal = self._objection(peer)
        self.up = self._refusal is None
        if self.up:
            self.peer, self._tag = peer, peer.session
            self._unanswered.clear()

    def _objection(self, peer: Welcome) -> PeerRefused | None:
        """Why this peer is not trusted with the car, or None where it is."""
        name = f'firmware "{peer.firmware}"'
        if peer.version.major != PROTOCOL.major:
            return PeerRefused(f"{name} speaks protocol {peer.version}, the gate {PROTOCOL}", part="serial")
        if not peer.able.enable:
            return PeerRefused(f"{name} cannot enable the car", part="serial")
        if peer.dead_man_ms > round(self._silence_s * 1000):
            kept = f"{name} keeps the car enabled through {peer.dead_man_ms} ms of silence"
            return PeerRefused(f"{kept}, asked for {self._silence_s * 1000:.0f}", part="serial")
        return None


def _matches(sent: Hello | SetLevels, answer: CarMessage) -> bool:
    """An ACK must repeat the levels, too: a peer that drives others has not obeyed."""
    if (sent.tag, sent.number) != (answer.tag, answer.number):
        return False
    if isinstance(sent, Hello):
        return isinstance(answer, Welcome)
    return isinstance(answer, Ack) and answer.levels == sent.levels
