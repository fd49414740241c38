"""Eclipse hawkBit's device API (DDI): a fleet server tells what to install, and is told what became of it.

Source: https://eclipse.dev/hawkbit/apis/ddi_api and its pages of requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from ..faults import SourceFailed
from .base import Progress
from .fetch import Free, Wanted, Web
from .sources import BaseSource, Offer, is_bundle
from .trials import Stage, Trial

_FINISHED: Mapping[Stage, tuple[str, str]] = {
    Stage.INSTALLED: ("proceeding", "none"),
    Stage.TRYING: ("proceeding", "none"),
    Stage.GOOD: ("closed", "success"),
    Stage.BACK: ("closed", "failure"),
    Stage.GIVEN_UP: ("closed", "failure"),
    Stage.FAILED: ("closed", "failure"),
    Stage.REFUSED: ("closed", "failure"),
}
"""`status.execution` and `status.result.finished`: closed once it has proved itself or come back."""


class HawkbitSource(BaseSource):
    """`web` carries the token, `TargetToken ...` or `GatewayToken ...`; the server may ask for `about`."""

    def __init__(
        self, url: str, tenant: str, controller: str, web: Web, free: Free, about: Mapping[str, str]
    ) -> None:
        self._base = f"{url.rstrip('/')}/{quote(tenant, safe='')}/controller/v1/{quote(controller, safe='')}"
        self._web = web
        self._free = free
        self._about = dict(about)

    def offers(self) -> tuple[Offer, ...]:
        """One poll: says who this is where asked, and reads what is deployed and not cancelled."""
        links = self._poll()
        if "configData" in links:
            self._web.tell(links["configData"], {"mode": "merge", "data": self._about}, "PUT")
        if "cancelAction" in links:
            return ()
        return self._deployed(links["deploymentBase"]) if "deploymentBase" in links else ()

    def cancelled(self) -> str:
        link = self._poll().get("cancelAction", "")
        if not link:
            return ""
        answer = self._web.text(link)
        try:
            return str(answer["cancelAction"]["stopId"])
        except (KeyError, TypeError) as error:
            raise SourceFailed(f"its answer lacks {error}", part=link) from error

    def fetch(self, offer: Offer, place: Path, progress: Progress) -> Path:
        return self._web.fetch(offer.wanted, place, progress, self._free)

    def tell(self, trial: Trial) -> None:
        if trial.action:
            execution, finished = _FINISHED[trial.stage]
            said = trial.reason or f"{trial.kind} {trial.version}: {trial.stage}"
            self._feedback("deploymentBase", trial.action, execution, finished, said)

    def leave(self, action: str, too_late: str = "") -> None:
        """A server whose cancel is rejected goes on with the action, and is told its end as of any other."""
        execution, finished = ("rejected", "none") if too_late else ("closed", "success")
        self._feedback("cancelAction", action, execution, finished, too_late or "it was left")

    def _poll(self) -> dict[str, str]:
        return _links(self._web.text(self._base))

    def _deployed(self, link: str) -> tuple[Offer, ...]:
        answer = self._web.text(link)
        try:
            action, deployment = str(answer["id"]), answer["deployment"]
            now = deployment.get("maintenanceWindow") != "unavailable" and deployment["update"] != "skip"
            files = [one for chunk in deployment["chunks"] for one in chunk["artifacts"]]
            found = [_offer(link, one, action, now) for one in files if is_bundle(str(one["filename"]))]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceFailed(f"its deployment cannot be used: {error!r}", part=link) from error
        if not found:
            self._feedback("deploymentBase", action, "closed", "failure", "it holds no gatehouse-*.raucb")
        return tuple(found)

    def _feedback(self, base: str, action: str, execution: str, finished: str, said: str) -> None:
        status = {"execution": execution, "result": {"finished": finished}, "details": [said]}
        url = f"{self._base}/{base}/{quote(action, safe='')}/feedback"
        self._web.tell(url, {"id": action, "status": status})


def _links(answer: Any) -> dict[str, str]:
    try:
        return {str(name): str(link["href"]) for name, link in answer.get("_links", {}).items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise SourceFailed(f"its answer cannot be used: {error!r}") from error


def _offer(link: str, artifact: Mapping[str, Any], action: str, now: bool) -> Offer:
    links = artifact["_links"]
    href = _first(links, ("download", "download-http"))
    wanted = Wanted(urljoin(link, href), int(artifact["size"]), str(artifact["hashes"]["sha256"]).lower())
    return Offer(str(artifact["filename"]), wanted, action, now)


def _first(links: Mapping[str, Any], names: Iterable[str]) -> str:
    return str(next(links[name] for name in names if name in links)["href"])
