"""What makes this board itself, made at its first boot, and anew after a factory reset."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

from ..durable import replace
from .places import Places

Run = Callable[[Sequence[str]], None]
"""Runs a program to its end. Raises OSError or subprocess.CalledProcessError."""

DAYS = 3650
"""Nobody renews the certificate of a box in a cabinet; whoever trusts it has looked at its fingerprint."""


def ensure_keys(places: Places, name: str, run: Run, *, anew: bool = False) -> tuple[str, ...]:
    """Make what is missing, keep what is there; returns what was made. Each appears whole or not at all.

    `anew` is after a factory reset: the machine-id of this start is still that of the board's past.
    """
    made = []
    if _keep_machine_id(places, anew=anew):
        made.append("machine-id")
    if _make_host_key(places, run):
        made.append("SSH host key")
    if _make_certificate(places, name, run):
        made.append("certificate")
    return tuple(made)


def _keep_machine_id(places: Places, *, anew: bool) -> bool:
    """systemd made one for this start where the initramfs had none to give it."""
    kept = places.system / "machine-id"
    if kept.is_file() and kept.stat().st_size:
        return False
    replace(kept, f"{uuid.uuid4().hex}\n".encode() if anew else places.machine_id.read_bytes())
    return True


def _make_host_key(places: Places, run: Run) -> bool:
    key = places.system / "ssh" / "ssh_host_ed25519_key"
    if key.is_file():
        return False
    draft = key.with_suffix(".new")
    draft.unlink(missing_ok=True)
    run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "gatehouse", "-f", str(draft)))
    draft.with_suffix(".new.pub").replace(key.with_suffix(".pub"))
    draft.replace(key)
    return True


def _make_certificate(places: Places, name: str, run: Run) -> bool:
    key, certificate = places.system / "tls" / "key.pem", places.system / "tls" / "certificate.pem"
    if key.is_file() and certificate.is_file():
        return False
    drafts = key.with_suffix(".new"), certificate.with_suffix(".new")
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", str(DAYS))
    subject = ("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},DNS:{name}.local")
    run(("openssl", "req", "-x509", *kind, *subject, "-keyout", str(drafts[0]), "-out", str(drafts[1])))
    drafts[0].chmod(0o600)
    drafts[0].replace(key)
    drafts[1].replace(certificate)
    return True
