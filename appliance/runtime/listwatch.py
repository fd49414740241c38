"""Watches the owner's list in the record: a plate added by a command counts within seconds.

At the first look it also fetches what the vehicles of past visits looked like.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from ..access.witness import Past
from ..config.schema import Record
from ..faults import GateFault
from ..listing import Listing
from ..record.journal import Journal
from ..record.register import Listings
from ..record.store import Store

log = logging.getLogger(__name__)

# Some months of a busy gate; they are read in a fraction of a second.
_PAST_VISITS = 20_000
PERIOD_S = 2.0
"""An owner who adds a plate by the command walks to the gate more slowly than that."""


FIRST_S = 0.2
"""The record is made by its writer, a moment after the start."""


class ListWatch(threading.Thread):
    """Tells `replace` the whole list at first and at every change; an unreadable list stays as it was.

    `learn` gets the looks of past visits once, when the record is first read.

    The supervisor sees the thread's end (`is_alive`); `error` says why it ended, None when stopped.
    """

    def __init__(
        self,
        settings: Record,
        replace: Callable[[Iterable[Listing]], None],
        learn: Callable[[Iterable[Past]], None],
    ) -> None:
        super().__init__(name="list-watch", daemon=True)
        self._settings = settings
        self._replace = replace
        self._learn = learn
        self._version: int | None = None
        self._trouble = ""
        self._stopping = threading.Event()
        self.error: Exception | None = None

    def look(self) -> bool:
        """Reload the list if it has changed. Raises RecordFault, or ConfigFault for an impossible plate."""
        store = Store.open_to_read(self._settings)
        try:
            listings = Listings(store)
            version = listings.version()
            if version == self._version:
                return False
            found = listings.all()
            past = Journal(store).past_looks(_PAST_VISITS) if self._version is None else []
        finally:
            store.close()
        self._replace(found)
        if self._version is None:
            self._learn(Past(plate, looks) for plate, looks in past)
        self._version = version
        log.info("the list holds %d plates", len(found))
        return True

    def run(self) -> None:
        try:
            while not self._stopping.wait(PERIOD_S if self._version is not None else FIRST_S):
                self._try()
        except Exception as error:  # noqa: BLE001 - a task's top: it ends here, and the supervisor sees it
            self.error = error

    def stop(self) -> None:
        self._stopping.set()
        self.join(PERIOD_S)

    def _try(self) -> None:
        try:
            self.look()
        except GateFault as fault:
            self._tell(str(fault))
        else:
            self._tell("")

    def _tell(self, trouble: str) -> None:
        """Once for each new trouble: a record that is down stays down for many periods."""
        if trouble and trouble != self._trouble and self._version is not None:
            log.warning("the list could not be read; the last one counts: %s", trouble)
        self._trouble = trouble
