"""What a threshold costs: who is let in, who is kept out, and whom the gate takes for somebody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from ...config.schema import Access
from ...config.schema import Vote as VoteSettings
from ..outcome import fold
from . import lists
from .bound import upper
from .judge import NEVER, Cleared, Judge, Policy, policies
from .photos import Visit

GRID = tuple(step / 100 for step in range(30, 100, 5))
SIZES = (10, 100, 1000)
NEIGHBOURS, TWINS, WORST = "neighbours", "look-alikes", "the misread plate"
SURE_GRID = tuple(step / 10 for step in range(3, 10))
_TWIN_LINES = 100
_REGION_ANY = "any"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of visits. `upper` is the 95 % upper bound of the true share, each plate counted once however
    many pictures show it: visits of one are alike.

    `chance` is what the misreads that were seen would open for among random plates of their form; None for
    lists that are not random.
    """

    share: float
    upper: float
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold. `right` and `wrong` are shares of visits whose last vote that clears it is so, folded;
    `opened` those let in with their plate on a list, `false` those let in without; both by the list.
    """

    threshold: float
    right: float
    wrong: float
    opened: Mapping[str, float]
    false: Mapping[str, Rate]


@dataclass(frozen=True, slots=True)
class Curve:
    """One way to decide, over all thresholds."""

    regions: str
    policy: Policy
    plates: int
    visits: int
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class _Lists:
    """Random lists for each plate: so many of each size."""

    sizes: tuple[int, ...]
    draws: int


# Where the hard lists tell more: a random one does not tell the ways of deciding apart.
_QUICK = _Lists((100,), 1)


@dataclass(slots=True)
class _Tally:
    """By plate: for each list, the highest thresholds at which its visits opened."""

    own: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    strange: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    misread: list[tuple[float, float]] = field(default_factory=list)
    """For each visit: up to where it opens for what it was misread as, and how rare such a text is."""
    read: list[tuple[Cleared, ...]] = field(default_factory=list)
    text: str = ""


class Study:
    """Tries visits against lists drawn for each plate. `step` is called after each plate."""

    def __init__(
        self,
        access: Access,
        vote: VoteSettings,
        visits: Sequence[Visit],
        *,
        sizes: Sequence[int] = SIZES,
        draws: int = 4,
        seed: int = 1,
        step: Callable[[], object] = lambda: None,
    ) -> None:
        self._access = access
        self._vote = vote
        self._visits = visits
        self._full = _Lists(tuple(sizes), draws)
        self._seed = seed
        self._step = step
        self._known = sorted({visit.plate.text for visit in visits})

    def curves(self) -> tuple[Curve, ...]:
        """Every policy with any format, and with that of the vehicle's own region where it is known."""
        located = [visit for visit in self._visits if visit.plate.region]
        ways = policies(self._access)
        return tuple(
            self._curve(visits, policy, self._full if policy is ways[-1] else _QUICK, own_region)
            for own_region, visits in ((False, self._visits), (True, located))
            for policy in ways
            if visits
        )

    def sure(self) -> tuple[tuple[float, Point], ...]:
        """The configured `recognition_threshold` under each `sure_threshold`."""
        shipped = policies(self._access)[-1]
        found = []
        for sure in SURE_GRID:
            curve = self._curve(self._visits, replace(shipped, sure_threshold=sure), _QUICK, own_region=False)
            found.append((sure, nearest(curve.points, self._access.recognition_threshold)))
        return tuple(found)

    def _curve(self, visits: Sequence[Visit], policy: Policy, random: _Lists, own_region: bool) -> Curve:
        tallies = list(self._tallies(visits, policy, random, own_region))
        points = tuple(_point(tallies, threshold) for threshold in GRID)
        regions = "the vehicle's own" if own_region else _REGION_ANY
        return Curve(regions, policy, len(tallies), len(visits), points)

    def _tallies(
        self, visits: Sequence[Visit], policy: Policy, random: _Lists, own_region: bool
    ) -> Iterator[_Tally]:
        by_plate: dict[str, list[Visit]] = defaultdict(list)
        for visit in visits:
            by_plate[visit.plate.text].append(visit)
        judges: dict[str, Judge] = {}
        for of_plate in by_plate.values():
            region = (of_plate[0].plate.region if own_region else None) or _REGION_ANY
            if region not in judges:
                judges[region] = Judge(self._access, self._vote, (region,), policy, GRID)
            yield self._tally(judges[region], of_plate, random)
            self._step()

    def _tally(self, judge: Judge, visits: Sequence[Visit], random: _Lists) -> _Tally:
        plate = visits[0].plate
        judge.use(())
        tally = _Tally(text=plate.text, read=[judge.cleared(visit.votes) for visit in visits])
        rng = Random(f"{self._seed} {plate.name}")
        for size in random.sizes:
            for _ in range(random.draws):
                lines = lists.drawn(rng, plate.text, self._known, size)
                tally.strange[str(size)] += self._tried(judge, lines, tally.read)
                tally.own[str(size)] += self._tried(judge, (*lines[1:], plate.text), tally.read)
        near = lists.one_edit(plate.text)
        tally.strange[NEIGHBOURS] = self._tried(judge, near, tally.read)
        tally.own[NEIGHBOURS] = self._tried(judge, (*near, plate.text), tally.read)
        twins = lists.lookalikes(plate.text)
        if twins:
            lines = (*twins, *lists.drawn(rng, plate.text, self._known, _TWIN_LINES - len(twins)))
            tally.strange[TWINS] = self._tried(judge, lines, tally.read)
        for votes in tally.read:
            tally.misread.append(_misread(judge, plate.text, votes))
        tally.strange[WORST] = [opens for opens, _ in tally.misread]
        return tally

    def _tried(self, judge: Judge, lines: Sequence[str], read: Sequence[tuple[Cleared, ...]]) -> list[float]:
        if not any(read):
            return [NEVER] * len(read)
        judge.use(lines)
        return [judge.opens(votes) for votes in read]


def nearest(points: Sequence[Point], threshold: float) -> Point:
    """The point whose threshold is nearest to this one."""
    return min(points, key=lambda point: abs(point.threshold - threshold))


def _misread(judge: Judge, own: str, votes: Sequence[Cleared]) -> tuple[float, float]:
    """Up to where a visit opens when just what it was misread as is listed, and the odds of one such line."""
    worst = (NEVER, 0.0)
    for text in {one.vote.text for one in votes if fold(one.vote.text) != fold(own)}:
        judge.use((text,))
        worst = max(worst, (judge.opens(votes), 1 / lists.alike_count(text)))
    return worst


def _point(tallies: Sequence[_Tally], threshold: float) -> Point:
    texts = [(tally.text, _last(votes, threshold)) for tally in tallies for votes in tally.read]
    given = [(fold(own), fold(text)) for own, text in texts if text]
    names = dict.fromkeys(name for tally in tallies for name in tally.strange)
    count = max(1, len(texts))
    return Point(
        threshold=threshold,
        right=sum(own == text for own, text in given) / count,
        wrong=sum(own != text for own, text in given) / count,
        opened={name: _share([t.own[name] for t in tallies], threshold)[0] for name in tallies[0].own},
        false={name: _rate(tallies, name, threshold) for name in names},
    )


def _last(votes: Sequence[Cleared], threshold: float) -> str:
    """The text that the visit ends with, empty where nothing clears the threshold."""
    return next((one.vote.text for one in reversed(votes) if one.threshold >= threshold), "")


def _rate(tallies: Sequence[_Tally], name: str, threshold: float) -> Rate:
    share, events, plates = _share([t.strange[name] for t in tallies if t.strange[name]], threshold)
    chance = _chance(tallies, int(name), threshold) if name.isdecimal() else None
    return Rate(share, upper(events, plates), chance)


def _share(by_plate: Sequence[Sequence[float]], threshold: float) -> tuple[float, float, int]:
    """Share of trials that open, the sum of the plates' shares, and how many plates there are."""
    shares = [sum(opens >= threshold for opens in one) / len(one) for one in by_plate if one]
    return sum(shares) / max(1, len(shares)), sum(shares), len(shares)


def _chance(tallies: Sequence[_Tally], lines: int, threshold: float) -> float:
    odds = [
        min(1.0, lines * rarity) if opens >= threshold else 0.0
        for tally in tallies
        for opens, rarity in tally.misread
    ]
    return sum(odds) / max(1, len(odds))
