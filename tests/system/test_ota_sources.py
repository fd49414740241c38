"""Where updates come from, over real sockets: a folder of a web server, and hawkBit's device API."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.faults import SourceFailed
from appliance.update.base import Kind, Version
from appliance.update.fetch import RESERVE, Wanted, Web
from appliance.update.hawkbit import HawkbitSource
from appliance.update.sources import FolderSource, UsbSource
from appliance.update.trials import Stage, Trial

from .web_server import Server, serving

DATA = bytes(range(256)) * 4000
DIGEST = hashlib.sha256(DATA).hexdigest()


def silent(share: float, doing: str) -> None:
    """Nobody watches."""


def plenty(folder: Path) -> int:
    return 1 << 40


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


WEB = Web(plain=True)


def fetch(server: Server, place: Path, *, size: int = len(DATA), digest: str = DIGEST) -> Path:
    return WEB.fetch(Wanted(f"{server.url}/b.raucb", size, digest), place, silent, plenty)


def test_a_fetch_that_was_cut_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    server.files["/b.raucb"] = DATA
    server.cut = 300_000
    for _ in range(3):
        with pytest.raises(SourceFailed, match="too early"):
            fetch(server, tmp_path / "b")
    server.cut = None

    assert fetch(server, tmp_path / "b").read_bytes() == DATA
    assert [span for _, _, span in server.asked] == ["", "bytes=300000-", "bytes=600000-", "bytes=900000-"]
    assert [one.name for one in tmp_path.iterdir()] == ["b"]


def test_a_server_without_ranges_sends_the_whole_again(server: Server, tmp_path: Path) -> None:
    server.files["/b.raucb"] = DATA
    (tmp_path / "b.part").write_bytes(DATA[:1000])
    server.knows_ranges = False

    assert fetch(server, tmp_path / "b").read_bytes() == DATA


def test_what_is_there_already_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(DATA)

    assert fetch(server, tmp_path / "b") == tmp_path / "b"
    assert server.asked == []


def test_bytes_that_were_not_promised_are_thrown_away(server: Server, tmp_path: Path) -> None:
    server.files["/b.raucb"] = DATA[:-1] + b"!"
    with pytest.raises(SourceFailed, match="SHA-256"):
        fetch(server, tmp_path / "b")

    assert list(tmp_path.iterdir()) == []


def test_a_server_that_sends_more_than_promised_fills_no_disk(server: Server, tmp_path: Path) -> None:
    server.files["/b.raucb"] = DATA
    with pytest.raises(SourceFailed, match="more than the promised 10 bytes"):
        fetch(server, tmp_path / "b", size=10)

    assert (tmp_path / "b.part").stat().st_size <= 10


def test_a_file_without_room_is_not_begun(server: Server, tmp_path: Path) -> None:
    wanted = Wanted(f"{server.url}/b", 5 << 20, DIGEST)
    with pytest.raises(SourceFailed, match="no room"):
        WEB.fetch(wanted, tmp_path / "b", silent, lambda folder: (5 << 20) + RESERVE - 1)

    assert server.asked == []


def test_plain_http_is_refused_unless_it_was_allowed(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="https"):
        Web().text(f"{server.url}/index.json")

    assert server.asked == []


def test_a_server_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(SourceFailed, match="refused"):
        WEB.text("http://127.0.0.1:9/index.json")


@pytest.mark.parametrize("answer", [b"<html>", b"{" * 10, b" " * (1 << 20) + b"  "])
def test_an_answer_that_is_no_json_is_a_fault(server: Server, answer: bytes) -> None:
    server.files["/x"] = answer
    with pytest.raises(SourceFailed):
        WEB.text(f"{server.url}/x")


def test_of_an_address_alone_the_length_is_asked_first(server: Server, tmp_path: Path) -> None:
    server.files["/b.raucb"] = DATA
    place = WEB.take(f"{server.url}/b.raucb", tmp_path / "b", silent, plenty)

    assert place.read_bytes() == DATA


# -- a folder --------------------------------------------------------------------------------------


def entry(version: str, *, ring: int = 9, compatible: str = "gatehouse-rpi") -> dict[str, object]:
    name = f"gatehouse-{version}.raucb"
    return {
        "file": name, "compatible": compatible, "version": version, "ring": ring, "size": 9, "sha256": DIGEST,
    }  # fmt: skip


def folder(server: Server, *entries: dict[str, object], ring: int = 1) -> FolderSource:
    server.put("/gates/index.json", {"format": 1, "bundles": entries})
    present = {Kind.SYSTEM: Version.parse("2.0")}
    return FolderSource(
        f"{server.url}/gates", WEB, plenty, family="gatehouse-rpi", ring=ring, installed=present
    )


def test_the_newest_that_is_for_this_gate_is_on_offer(server: Server) -> None:
    jetson = entry("9.0", compatible="gatehouse-jetson")
    source = folder(server, entry("2.1"), entry("2.10"), entry("2.9"), entry("3.0", ring=0), jetson)

    assert [one.wanted.url for one in source.offers()] == [f"{server.url}/gates/gatehouse-2.10.raucb"]


def test_a_ring_takes_what_was_given_to_it_or_beyond(server: Server) -> None:
    given = [bool(folder(server, entry("2.1", ring=1), ring=ring).offers()) for ring in (0, 1, 2)]

    assert given == [True, True, False]


@pytest.mark.parametrize("version", ["1.9", "2.0"])
def test_what_is_not_newer_is_not_on_offer(server: Server, version: str) -> None:
    assert folder(server, entry(version)).offers() == ()


@pytest.mark.parametrize("index", [{}, {"format": 2, "bundles": []}, {"format": 1, "bundles": [{}]}, []])
def test_an_index_that_cannot_be_used_is_a_fault(server: Server, index: object) -> None:
    source = folder(server)
    server.put("/gates/index.json", index)

    with pytest.raises(SourceFailed, match="index"):
        source.offers()


def test_sticks_are_looked_through(tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    for name in ("gatehouse-2.1.raucb", "photo.jpg", "other.raucb"):
        (tmp_path / "stick" / name).write_bytes(b"x")
    source = UsbSource((tmp_path,))
    offers = source.offers()

    assert [one.name for one in offers] == ["gatehouse-2.1.raucb"]
    assert source.fetch(offers[0], tmp_path / "copy", silent) == tmp_path / "stick" / "gatehouse-2.1.raucb"


# -- hawkBit ---------------------------------------------------------------------------------------

BASE = "/DEFAULT/controller/v1/gate-7"


def hawkbit(server: Server, **links: str) -> HawkbitSource:
    """A server whose poll answers with these links, as hawkBit's pages of the DDI have it."""
    polling = {"polling": {"sleep": "00:05:00"}}
    hrefs = {name: {"href": server.url + path} for name, path in links.items()}
    server.put(BASE, {"config": polling, "_links": hrefs})
    web = Web({"Authorization": "TargetToken secret"}, plain=True, home=server.url)
    return HawkbitSource(server.url, "DEFAULT", "gate-7", web, plenty, {"board": "pi5", "system": "2.0"})


def deployment(
    server: Server, *, window: str | None = None, update: str = "forced", name: str = "gatehouse-2.1.raucb"
) -> None:
    links = {"download-http": {"href": f"{server.url}/files/{name}"}, "md5sum-http": {"href": "x"}}
    artifact = {
        "filename": name,
        "hashes": {"sha1": "1", "md5": "2", "sha256": DIGEST},
        "size": len(DATA),
        "_links": links,
    }
    chunk = {"part": "os", "version": "2.1", "name": "gatehouse", "artifacts": [artifact]}
    told = {"download": "forced", "update": update, "chunks": [chunk]}
    if window is not None:
        told["maintenanceWindow"] = window
    server.put(f"{BASE}/deploymentBase/8", {"id": "8", "deployment": told})
    server.files[f"/files/{name}"] = DATA


def test_nothing_is_on_offer_where_nothing_is_deployed(server: Server) -> None:
    assert hawkbit(server).offers() == ()
    assert server.tokens == {"TargetToken secret"}


def test_a_deployment_is_fetched(server: Server, tmp_path: Path) -> None:
    deployment(server)
    source = hawkbit(server, deploymentBase=f"{BASE}/deploymentBase/8")
    (offer,) = source.offers()

    assert (offer.name, offer.action, offer.install) == ("gatehouse-2.1.raucb", "8", True)
    assert source.fetch(offer, tmp_path / "g", silent).read_bytes() == DATA


@pytest.mark.parametrize(("window", "update"), [("unavailable", "forced"), (None, "skip")])
def test_a_deployment_may_be_fetched_only(server: Server, window: str | None, update: str) -> None:
    deployment(server, window=window, update=update)
    (offer,) = hawkbit(server, deploymentBase=f"{BASE}/deploymentBase/8").offers()

    assert not offer.install


def test_a_deployment_without_a_bundle_is_closed_as_failed(server: Server) -> None:
    deployment(server, name="manual.pdf")

    assert hawkbit(server, deploymentBase=f"{BASE}/deploymentBase/8").offers() == ()
    assert server.told[-1][2]["status"]["result"] == {"finished": "failure"}


def test_the_server_is_told_who_this_is_where_it_asks(server: Server) -> None:
    hawkbit(server, configData=f"{BASE}/configData").offers()

    about = {"mode": "merge", "data": {"board": "pi5", "system": "2.0"}}
    assert server.told == [("PUT", f"{BASE}/configData", about)]


def test_a_cancelled_action_is_named_and_no_longer_on_offer(server: Server) -> None:
    server.put(f"{BASE}/cancelAction/11", {"id": "11", "cancelAction": {"stopId": "8"}})
    source = hawkbit(
        server, cancelAction=f"{BASE}/cancelAction/11", deploymentBase=f"{BASE}/deploymentBase/8"
    )

    assert (source.cancelled(), source.offers(), server.told) == ("8", (), [])


def test_a_server_that_cancels_nothing_names_no_action(server: Server) -> None:
    assert hawkbit(server, deploymentBase=f"{BASE}/deploymentBase/8").cancelled() == ""


def test_a_cancel_that_names_no_action_is_a_fault(server: Server) -> None:
    server.put(f"{BASE}/cancelAction/11", {"id": "11"})

    with pytest.raises(SourceFailed, match="cancelAction"):
        hawkbit(server, cancelAction=f"{BASE}/cancelAction/11").cancelled()


@pytest.mark.parametrize(
    ("too_late", "execution", "finished"),
    [("", "closed", "success"), ("it is tried already", "rejected", "none")],
)
def test_a_cancel_is_followed_or_rejected(
    server: Server, too_late: str, execution: str, finished: str
) -> None:
    hawkbit(server).leave("8", too_late)

    status = {
        "execution": execution,
        "result": {"finished": finished},
        "details": [too_late or "it was left"],
    }
    assert server.told == [("POST", f"{BASE}/cancelAction/8/feedback", {"id": "8", "status": status})]


@pytest.mark.parametrize(
    ("stage", "execution", "finished"),
    [
        (Stage.INSTALLED, "proceeding", "none"),
        (Stage.TRYING, "proceeding", "none"),
        (Stage.GOOD, "closed", "success"),
        (Stage.BACK, "closed", "failure"),
        (Stage.REFUSED, "closed", "failure"),
    ],
)
def test_the_server_is_told_what_became_of_it(
    server: Server, stage: Stage, execution: str, finished: str
) -> None:
    trial = Trial(Kind.SYSTEM, "2.1", "d", stage, "2026-03-01T00:00:00Z", "why", "b", "8")
    hawkbit(server).tell(trial)

    status = {"execution": execution, "result": {"finished": finished}, "details": ["why"]}
    assert server.told == [("POST", f"{BASE}/deploymentBase/8/feedback", {"id": "8", "status": status})]


@pytest.mark.parametrize("answer", [404, 409, 410])
def test_what_a_server_has_closed_or_forgotten_is_not_told_for_ever(server: Server, answer: int) -> None:
    server.answers = answer
    hawkbit(server).leave("8")

    assert len(server.told) == 1


@pytest.mark.parametrize("answer", [401, 503])
def test_a_server_that_cannot_be_told_now_is_a_fault(server: Server, answer: int) -> None:
    server.answers = answer

    with pytest.raises(SourceFailed, match=str(answer)):
        hawkbit(server).leave("8")


def test_what_came_from_elsewhere_is_no_business_of_the_server(server: Server) -> None:
    hawkbit(server).tell(Trial(Kind.SYSTEM, "2.1", "d", Stage.GOOD, "2026-03-01T00:00:00Z"))

    assert server.told == []


@pytest.mark.parametrize("answer", [[], {"_links": {"deploymentBase": {}}}, {"_links": 7}])
def test_an_answer_that_cannot_be_used_is_a_fault(server: Server, answer: object) -> None:
    source = hawkbit(server)
    server.put(BASE, answer)

    with pytest.raises(SourceFailed):
        source.offers()
