"""`gatehouse audit`: the record of why the gate opened."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from tqdm import tqdm

from ..config.schema import Config, Record
from ..record.aside import set_aside
from ..record.audit import AuditLog, verify
from ..record.chain import Link, Verdict
from ..record.head import Head, read_head, write_head
from ..record.stamp import utc_text
from ..record.store import Store
from .records import operator, system_stamper
from .settings import read_settings

HELP = """\
The record of why the gate opened: a chain in which each entry carries the hash of the one before.

  gatehouse audit verify                   walk the chain; exit code 1 when somebody changed it
  gatehouse audit show --since 2h          what happened in the last two hours
  gatehouse audit backup /media/copy.db    a consistent copy, while the gate runs
  gatehouse audit set-aside                keep a damaged database under another name, begin anew

`verify` ends with the chain's anchor, SEQ:HASH. Kept elsewhere and given back with --anchor it
convicts even who rewrites the whole disk. docs/record.md tells what is kept, and how to recover."""

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser("verify", help="walk the hash chain; 0 whole, 1 found wanting")
    check.add_argument("--json", action="store_true", help="one JSON object, for tools")
    check.add_argument(
        "--anchor", type=_anchor, metavar="SEQ:HASH", help="an end of the chain that was kept elsewhere"
    )
    _add_file(check)
    show = actions.add_parser("show", help="entries as lines, oldest first")
    show.add_argument("--since", type=_moment, metavar="TIME", help="30m, 2h, 7d, or 2026-03-01[T08:00]")
    show.add_argument("--kind", action="append", default=[], metavar="KIND", help="opening, refused, ...")
    show.add_argument("--limit", type=int, default=100, metavar="N", help="the newest N (100)")
    show.add_argument("--json", action="store_true", help="one JSON object a line, for tools")
    _add_file(show)
    copy = actions.add_parser("backup", help="copy the database while the gate runs")
    copy.add_argument("target", type=_fresh_file, metavar="FILE", help="a file that does not exist yet")
    actions.add_parser("set-aside", help="keep a damaged database under another name and begin anew")


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--file", type=Path, metavar="FILE", help="another database: a backup, one set aside")


def run(args: argparse.Namespace) -> int:
    config = read_settings(args).config
    return _ACTIONS[args.action](args, config)


# -- actions ---------------------------------------------------------------------------------------


def _verify(args: argparse.Namespace, config: Config) -> int:
    settings = _settings(args, config)
    # Before the chain is read, so that a gate at work does not seem to have lost what it just wrote.
    head = read_head(settings.path)
    with closing(Store.open_to_read(settings)) as store:
        verdict = _walked(store, head, args.anchor, quiet=args.json)
    print(json.dumps(_verdict_data(verdict)) if args.json else _verdict_text(verdict))
    return 0 if verdict.good else 1


def _show(args: argparse.Namespace, config: Config) -> int:
    since = _since(args.since, config)
    with closing(Store.open_to_read(_settings(args, config))) as store:
        links = AuditLog(store).links(since=since, kinds=tuple(args.kind), limit=args.limit)
    for link in links:
        print(json.dumps(_link_data(link), ensure_ascii=False) if args.json else _line(link))
    return 0


def _backup(args: argparse.Namespace, config: Config) -> int:
    with closing(Store.open_to_read(config.record)) as store:
        store.back_up(args.target)
    with closing(Store.open_to_read(config.record.model_copy(update={"path": args.target}))) as copy:
        write_head(args.target, AuditLog(copy).head())
    print(f"{args.target} and {args.target}.head are a whole record; keep them together.")
    return 0


def _set_aside(args: argparse.Namespace, config: Config) -> int:
    done = set_aside(config.record, system_stamper(config), operator())
    print(f"The record is kept as {done.kept}; a new one has begun.")
    if done.carried is None:
        print("Its list of plates could not be read: import your last export or backup.")
        return 1
    print(f"{done.carried} plates of its list were carried over.")
    return 0


_ACTIONS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "verify": _verify,
    "show": _show,
    "backup": _backup,
    "set-aside": _set_aside,
}


# -- what they share -------------------------------------------------------------------------------


def _settings(args: argparse.Namespace, config: Config) -> Record:
    return config.record if args.file is None else config.record.model_copy(update={"path": args.file})


def _walked(store: Store, head: Head | None, anchor: tuple[int, str] | None, *, quiet: bool) -> Verdict:
    anchors = () if anchor is None else (Head(AuditLog(store).gate, *anchor),)
    ((total,),) = store.query("SELECT coalesce(max(seq), 0) FROM audit")
    # `None` shows the bar on a terminal only.
    with tqdm(total=total, unit="entry", leave=False, disable=quiet or None, delay=0.5) as bar:
        return verify(store, head, anchors=anchors, progress=bar.update)


def _anchor(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d+):([0-9a-f]{64})", text)
    if found is None:
        raise argparse.ArgumentTypeError("give the SEQ:HASH that `gatehouse audit verify` printed")
    return int(found[1]), found[2]


def _fresh_file(text: str) -> Path:
    path = Path(text)
    if path.exists():
        raise argparse.ArgumentTypeError(f"{path} exists already; name a new file")
    if not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {path.parent}")
    return path


def _moment(text: str) -> datetime:
    """A moment, naive where the owner's zone is meant."""
    ago = re.fullmatch(r"(\d{1,6})([mhd])", text)
    if ago is not None:
        return datetime.now(timezone.utc) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise argparse.ArgumentTypeError("write 30m, 2h, 7d, 2026-03-01 or 2026-03-01T08:00") from error


def _since(moment: datetime | None, config: Config) -> str:
    """The moment as the record writes it; empty for all time."""
    if moment is None:
        return ""
    zone = ZoneInfo(config.access.timezone)
    return utc_text(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _verdict_data(verdict: Verdict) -> dict[str, object]:
    last = verdict.last
    return {
        "ok": verdict.good,
        "gate": verdict.gate,
        "entries": verdict.links,
        "anchor": None if last is None else f"{last.seq}:{last.hash}",
        "head_lag": verdict.head_lag,
        "findings": [
            {"wrong": str(one.wrong), "seq": one.seq, "sentence": one.sentence} for one in verdict.findings
        ],
    }


def _verdict_text(verdict: Verdict) -> str:
    lines = [one.sentence for one in verdict.findings]
    last = verdict.last
    if last is not None:
        whole = "Each follows the one before" if verdict.good else "Good up to here"
        lines.append(
            f"{verdict.links} entries of gate {verdict.gate}. {whole}: entry {last.seq}, {last.utc}."
        )
        lines.append(f"Anchor: {last.seq}:{last.hash}")
    if verdict.good and verdict.head_lag:
        lines.append(f"The head file is {verdict.head_lag} entries behind, as it may be.")
    if not verdict.good:
        lines.append("What to do is told in docs/record.md; to begin anew: gatehouse audit set-aside")
    return "\n".join(lines)


def _link_data(link: Link) -> dict[str, object]:
    return {
        "seq": link.seq,
        "utc": link.utc,
        "trusted": link.trusted,
        "boot": link.boot,
        "monotonic_s": link.mono_us / 1e6,
        "kind": link.kind,
        "subject": link.subject,
        "sentence": link.sentence,
        "fields": json.loads(link.trail),
        "hash": link.hash,
    }


def _line(link: Link) -> str:
    doubt = " " if link.trusted else "?"
    when = link.utc[:19].replace("T", " ")
    return f"{link.seq:>6}  {when}{doubt}  {link.kind:<13}  {link.subject:<12}  {link.sentence}"
