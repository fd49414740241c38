"""Real bundles, made by ota/ with real keys and read by real RAUC: what is taken, what is refused and why.

What writes to slots needs dm-verity in the kernel, and is not done here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.__main__ import main
from appliance.cli.records import system_stamper
from appliance.config.load import load_config
from appliance.faults import BundleRefused
from appliance.infer.models import SHIPPED, load_net
from appliance.record.audit import Told
from appliance.record.ledger import Ledger
from appliance.update.base import Kind
from appliance.update.rauc import RaucInstaller

from .web_server import Server, serving

ROOT = Path(__file__).resolve().parents[2]
OTA = ROOT / "ota"
NEEDED = ("rauc", "mksquashfs", "openssl")

pytestmark = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in NEEDED),
    reason="bundles need rauc and squashfs-tools: apt-get install rauc squashfs-tools",
)


def told(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Works:
    """Who builds bundles: two CAs, a signer of each, and one who was revoked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for ca, signer in (("one", "builder"), ("two", "newer"), ("foreign", "stranger")):
            told(OTA / "keys.sh", "ca", folder / ca)
            told(OTA / "keys.sh", "signer", folder / ca, signer)
        told(OTA / "keys.sh", "signer", folder / "one", "gone")
        told(OTA / "keys.sh", "revoke", folder / "one", "gone")
        self.system = folder / "system"
        self.system.mkdir()
        for name in ("boot.img", "root.img"):
            (self.system / name).write_bytes(os.urandom(150_000))

    def bundle(
        self, kind: str, content: Path, *, board: str = "rpi", version: str = "2.1", by: str = "one/builder"
    ) -> Path:
        ca, signer = by.split("/")
        place = self.folder / f"gatehouse-{kind}-{board}-{version}-{signer}.raucb"
        if not place.exists():
            told(OTA / "bundle.sh", board, kind, version, content, self.folder / ca, signer, place)
        return place

    def installer(self, *cas: str) -> RaucInstaller:
        """A board that trusts these CAs."""
        keyring = self.folder / f"{'-'.join(cas)}.pem"
        keyring.write_text(told(OTA / "keys.sh", "keyring", *(self.folder / ca for ca in cas)))
        return RaucInstaller(self.conf(keyring))

    def conf(self, keyring: Path) -> Path:
        place = keyring.with_suffix(".conf")
        text = told(OTA / "rauc" / "configure", "rpi").replace("/etc/rauc/keyring.pem", str(keyring))
        place.write_text(text.replace("/var/lib/gatehouse/update", str(self.folder)))
        return place


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Works:
    return Works(tmp_path_factory.mktemp("works"))


def test_a_signed_system_is_read(works: Works) -> None:
    read = works.installer("one").inspect(works.bundle("system", works.system))

    assert (read.kind, read.compatible, str(read.version)) == (Kind.SYSTEM, "gatehouse-rpi", "2.1")


@pytest.mark.parametrize(
    ("board", "images"), [("rpi", ["[image.boot]", "[image.rootfs]"]), ("jetson", ["[image.rootfs]"])]
)
def test_a_system_has_the_images_that_its_board_has_slots_for(
    works: Works, tmp_path: Path, board: str, images: list[str]
) -> None:
    installer = works.installer("one")
    installer.unpack(installer.inspect(works.bundle("system", works.system, board=board)), tmp_path / "out")

    manifest = (tmp_path / "out" / "manifest.raucm").read_text().splitlines()
    assert [line for line in manifest if line.startswith("[image.")] == images


def test_no_system_is_built_for_a_jetson(works: Works, tmp_path: Path) -> None:
    command = (OTA / "make-bundle.sh", "jetson", "system", works.folder / "one", "builder")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, "a Jetson's system is NVIDIA's" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        ("foreign/stranger", "no key that this board trusts"),
        ("one/gone", "the key that signed it was revoked"),
    ],
)
def test_a_bundle_that_no_trusted_key_signed_is_refused(works: Works, by: str, reason: str) -> None:
    bundle = works.bundle("system", works.system, by=by)

    with pytest.raises(BundleRefused, match=reason):
        works.installer("one", "two").inspect(bundle)


def test_keys_are_rotated_while_both_are_trusted(works: Works) -> None:
    old, new = works.bundle("system", works.system), works.bundle("system", works.system, by="two/newer")
    both = works.installer("one", "two")

    assert [str(both.inspect(bundle).version) for bundle in (old, new)] == ["2.1", "2.1"]
    with pytest.raises(BundleRefused, match="no key"):
        works.installer("two").inspect(old)


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 3000)


def cut_in_half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


@pytest.mark.parametrize("harm", [cut_short, cut_in_half, emptied])
def test_a_bundle_that_is_cut_short_is_refused(
    works: Works, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    bundle = tmp_path / "b.raucb"
    shutil.copy(works.bundle("system", works.system), bundle)
    harm(bundle)

    with pytest.raises(BundleRefused, match="cut short, or no bundle"):
        works.installer("one").inspect(bundle)


@pytest.mark.parametrize("where", [0.02, 0.3, 0.6, 0.9])
def test_a_flipped_bit_is_refused_before_anything_is_written(
    works: Works, tmp_path: Path, where: float
) -> None:
    bundle = tmp_path / "b.raucb"
    data = bytearray(works.bundle("system", works.system).read_bytes())
    data[int(len(data) * where)] ^= 1
    bundle.write_bytes(data)
    installer = works.installer("one")

    with pytest.raises(BundleRefused, match="changed on the way"):
        installer.unpack(installer.inspect(bundle), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_same_inputs_give_the_same_content(works: Works, tmp_path: Path) -> None:
    for name in ("a", "b"):
        told(
            OTA / "bundle.sh",
            "rpi",
            "system",
            "2.1",
            works.system,
            works.folder / "one",
            "builder",
            tmp_path / name,
        )
    installer = works.installer("one")
    sizes = []
    for name in ("a", "b"):
        installer.unpack(installer.inspect(tmp_path / name), tmp_path / f"{name}.out")
        sizes.append([(one.name, one.read_bytes()) for one in sorted((tmp_path / f"{name}.out").iterdir())])

    assert sizes[0] == sizes[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rpi", "everything", "2.1"], "no kind"),
        (["toaster", "system", "2.1"], "no board family"),
    ],
)
def test_a_bundle_of_nonsense_is_not_built(works: Works, tmp_path: Path, words: list[str], said: str) -> None:
    command = [OTA / "bundle.sh", *words, works.system, works.folder / "one", "builder", tmp_path / "b"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)

    assert (done.returncode, said in done.stderr) == (2, True)


def test_the_index_holds_what_the_gates_would_trust(works: Works, tmp_path: Path) -> None:
    shutil.copy(works.bundle("system", works.system), tmp_path)
    works.installer("one")
    told(OTA / "index.py", tmp_path, "--keyring", works.folder / "one.pem", "--ring", 1)
    (entry,) = json.loads((tmp_path / "index.json").read_text())["bundles"]

    assert (entry["compatible"], entry["version"], entry["ring"]) == ("gatehouse-rpi", "2.1", 1)


def test_the_index_leaves_out_what_they_would_not(works: Works, tmp_path: Path) -> None:
    shutil.copy(works.bundle("system", works.system, by="foreign/stranger"), tmp_path / "a.raucb")
    shutil.copy(works.bundle("system", works.system), tmp_path / "b.raucb")
    works.installer("one")
    words = [OTA / "index.py", tmp_path, "--keyring", works.folder / "one.pem"]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    bundles = json.loads((tmp_path / "index.json").read_text())["bundles"]

    assert (done.returncode, [one["file"] for one in bundles]) == (1, ["b.raucb"])
    assert "a.raucb is left out" in done.stderr


def test_the_index_verifies_as_the_boards_do() -> None:
    boards = (OTA / "rauc" / "system.conf.in").read_text().split("[keyring]")[1].split("[slot")[0]
    wanted = {line for line in boards.splitlines() if re.match(r"[a-z-]+=(?!/)", line)}
    index = (OTA / "index.py").read_text().splitlines()

    assert wanted
    assert wanted <= set(index)


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture
def owner(works: Works, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A gate with one root, whose systemd says that it is not running; where it runs it is at rest."""
    works.installer("one")
    tools = tmp_path / "bin"
    tools.mkdir()
    systemctl = tools / "systemctl"
    systemctl.write_text(
        f'#!/bin/sh\necho "$*" >> {tmp_path}/systemctl.log\n'
        f'printf "ActiveState=%s\\nStatusText=idle_roi\\n" "$(cat {tmp_path}/is-active)"\n'
    )
    (tmp_path / "is-active").write_text("inactive\n")
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    path = tmp_path / "mine.toml"
    path.write_text(
        f'[update]\nfamily = "gatehouse-rpi"\nfolder = "{tmp_path}/update"\nprove_s = 0.5\nsettle_s = 0.1\n'
        f'rauc = "{works.folder}/one.conf"\n[record]\npath = "{tmp_path}/gate.db"\n'
        f'[infer]\nmodels = "{tmp_path}/models"\nthreads = 1\n',
        encoding="utf-8",
    )
    return path


def ran(owner: Path, *words: object) -> int:
    return main(["ota", *map(str, words), "--config", str(owner)])


def nets(tmp_path: Path) -> Path:
    """The shipped net of liveness under another version."""
    folder = tmp_path / "nets-of-mine"
    (folder / "nets").mkdir(parents=True)
    (folder / "weights").mkdir()
    text = (SHIPPED / "nets" / "liveness.toml").read_text(encoding="utf-8")
    (folder / "nets" / "liveness.toml").write_text(text.replace("version = 1", "version = 9", 1))
    shutil.copy(SHIPPED / "weights" / "liveness.onnx", folder / "weights")
    return folder


def test_nets_are_installed_tried_and_taken_back(
    works: Works, owner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = works.bundle("models", nets(tmp_path), version="9")

    assert ran(owner, "install", bundle) == 0
    assert not (tmp_path / "models").exists()
    assert ran(owner, "restart") == 0
    assert load_net("liveness", tmp_path / "models").version == 9
    assert ran(owner, "mark-good") == 1
    assert not (tmp_path / "models" / "nets" / "liveness.toml").exists()
    assert ran(owner, "status") == 0
    assert "models 9 was taken back: it did not prove itself in time" in capsys.readouterr().out
    assert (tmp_path / "systemctl.log").read_text().count("restart gatehouse.service") == 2


def test_nets_with_which_the_gate_works_are_kept(
    works: Works, owner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = works.bundle("models", nets(tmp_path), version="9")
    assert ran(owner, "install", bundle, "--restart") == 0
    (tmp_path / "is-active").write_text("active\n")
    started(owner)

    assert ran(owner, "mark-good") == 0
    assert load_net("liveness", tmp_path / "models").version == 9
    assert "Models 9 has proved itself." in capsys.readouterr().out


def test_a_clock_that_leaps_back_does_not_speak_against_nets(
    works: Works, owner: Path, tmp_path: Path
) -> None:
    bundle = works.bundle("models", nets(tmp_path), version="9")
    assert ran(owner, "install", bundle, "--restart") == 0
    (tmp_path / "is-active").write_text("active\n")
    started(owner, utc="1970-01-01T00:00:00.000000Z")

    assert ran(owner, "mark-good") == 0


def test_what_the_gate_showed_before_its_restart_does_not_speak_for_nets(
    works: Works, owner: Path, tmp_path: Path
) -> None:
    bundle = works.bundle("models", nets(tmp_path), version="9")
    started(owner, utc="2099-01-01T00:00:00.000000Z")
    assert ran(owner, "install", bundle, "--restart") == 0
    (tmp_path / "is-active").write_text("active\n")

    assert ran(owner, "mark-good") == 1


def started(owner: Path, utc: str = "") -> None:
    """What a gate leaves in the record that starts and sees as it should; `utc` is a wrong clock's."""
    config = load_config(owner, None).config
    stamper = system_stamper(config)
    stamp = stamper.stamp()
    stamp = replace(stamp, utc=utc or stamp.utc)
    moves = (("boot", "gate", ""), ("transition", "warmup", "boot"), ("transition", "idle_roi", "warmup"))
    steps = (*moves, ("sighted", "front", ""))
    entries = [Told(stamp, kind, subject, "", (("from", source),)) for kind, subject, source in steps]
    with closing(Ledger.open(config.record, stamper)) as ledger, ledger.store.transaction():
        ledger.audit.append(entries)


def test_what_became_of_it_stands_in_the_record(
    works: Works, owner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = works.bundle("system", works.system, board="jetson")

    assert ran(owner, "install", bundle) == 1
    assert 'is for "gatehouse-jetson"' in capsys.readouterr().err
    assert main(["audit", "show", "--config", str(owner)]) == 0
    assert "Update: system 2.1 was refused" in capsys.readouterr().out


def test_an_older_application_is_refused_and_taken_at_a_person_s_word(
    works: Works, owner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = application(works, tmp_path, "0.0.1")

    assert ran(owner, "install", bundle) == 1
    assert "is older than" in capsys.readouterr().err
    assert ran(owner, "install", bundle, "--downgrade", "--yes") == 0
    assert (tmp_path / "update" / "application" / "next" / "gatehouse_stub.py").exists()
    assert not (tmp_path / "update" / "application" / "current").exists()


def application(works: Works, tmp_path: Path, version: str) -> Path:
    """A wheel of one module, as pip takes it."""
    info = f"gatehouse_stub-{version}.dist-info"
    wheel = tmp_path / f"gatehouse_stub-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("gatehouse_stub.py", "")
        packed.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: gatehouse-stub\nVersion: {version}\n"
        )
        packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{info}/RECORD", "")
    return works.bundle("application", wheel, version=version)


def test_the_status_of_a_board_without_slots_is_told(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(owner, "status", "--json") == 0
    data = json.loads(capsys.readouterr().out)

    assert (data["family"], data["slots"]["slot a"]) == ("gatehouse-rpi", "good, runs, next")


def test_a_system_is_not_written_where_there_is_one_root(
    works: Works, owner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(owner, "install", works.bundle("system", works.system)) == 1
    assert "one root" in capsys.readouterr().err


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as made:
        yield made


@pytest.fixture
def folder(works: Works, owner: Path, tmp_path: Path, server: Server) -> Path:
    """A gate that polls a web server's folder, on which nets lie."""
    bundle = works.bundle("models", nets(tmp_path), version="9")
    served = tmp_path / "served"
    served.mkdir()
    shutil.copy(bundle, served)
    told(OTA / "index.py", served, "--keyring", works.folder / "one.pem", "--ring", 9)
    server.files = {f"/{one.name}": one.read_bytes() for one in served.iterdir()}
    source = f'[update]\nsource = "folder"\nurl = "{server.url}"\nplain_http = true\n'
    owner.write_text(owner.read_text().replace("[update]\n", source))
    return owner


def test_a_round_installs_and_tries_what_is_on_offer(folder: Path, tmp_path: Path) -> None:
    assert ran(folder, "poll") == 0
    (tmp_path / "is-active").write_text("active\n")
    started(folder)
    assert ran(folder, "mark-good") == 0
    assert load_net("liveness", tmp_path / "models").version == 9


def test_what_came_back_twice_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes = [ran(folder, word) for word in ("poll", "mark-good", "poll", "mark-good", "poll")]

    assert codes == [0, 1, 0, 1, 0]
    assert capsys.readouterr().out.splitlines()[-1] == "No update is on offer."


def test_outside_its_window_an_update_is_fetched_and_waits(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shut = '[[update.windows]]\nstart = "00:00"\nend = "00:00"\ndays = []\n[record]'
    folder.write_text(folder.read_text().replace("[record]", shut))

    assert ran(folder, "poll") == 1
    assert "gatehouse-models-rpi-9-builder.raucb is here" in capsys.readouterr().out
    assert not (tmp_path / "models").exists()


def test_a_busy_gate_is_left_alone(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    systemctl = tmp_path / "bin" / "systemctl"
    systemctl.write_text("#!/bin/sh\nprintf 'ActiveState=active\\nStatusText=recognize\\n'\n")

    assert ran(folder, "poll") == 1
    assert "the gate is not at rest (recognize)" in capsys.readouterr().out


def test_without_an_address_the_remedy_is_told(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owner.write_text(owner.read_text().replace("[update]\n", '[update]\nsource = "folder"\n'))

    assert ran(owner, "poll") == 2
    assert "update.url" in capsys.readouterr().err
