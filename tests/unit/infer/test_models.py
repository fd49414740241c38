from pathlib import Path

import pytest

from appliance.faults import EngineFailed, ExtraMissing, ManifestBroken, ModelStale
from appliance.infer.base import ModelFile, Precision
from appliance.infer.files import check_hash, package_folder, sha256_of
from appliance.infer.models import SHIPPED, load_manifest, load_net

from .makers import FP32, INT8, SET, net_text, write_models


def test_a_set_names_the_files_of_its_nets(tmp_path: Path) -> None:
    manifest = load_manifest("mine", write_models(tmp_path))
    assert manifest.file("det") == ModelFile("mine.det", SHIPPED / "det.onnx", FP32)


@pytest.mark.parametrize(
    ("wanted", "file"),
    [(None, FP32), (Precision.FP32, FP32), (Precision.INT8, INT8), (Precision.FP16, FP32)],
)
def test_the_wanted_precision_serves_where_the_net_has_it(
    tmp_path: Path, wanted: Precision | None, file: str
) -> None:
    manifest = load_manifest("mine", write_models(tmp_path), precision=wanted)
    assert manifest.file("det").sha256 == file


def test_a_file_beside_the_manifest_comes_before_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "det.onnx").write_bytes(b"weights")
    assert load_manifest("mine", write_models(tmp_path)).file("det").path == tmp_path / "det.onnx"


def test_the_shipped_sets_are_good() -> None:
    for path in SHIPPED.glob("*.toml"):
        assert load_manifest(path.stem).name == path.stem


def test_the_shipped_nets_are_good_and_their_files_whole() -> None:
    for path in (SHIPPED / "nets").glob("*.toml"):
        net = load_net(path.stem)
        shipped = [v for v in net.precisions.values() if net.package is None]
        pictures = [(golden.file, golden.sha256) for golden in net.golden]
        assert net.name == path.stem
        for file, sha256 in [*((v.file, v.sha256) for v in shipped), *pictures]:
            assert sha256_of(SHIPPED / file) == sha256


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('name = "det"', 'colour = 1\nname = "det"', "colour"),
        (FP32, "short", "precisions.fp32.sha256"),
        ("[precisions.int8]", "[precisions.int4]", "precisions.int4"),
        ("version = 1", "version = 1\ndefault = 'fp16'", "no table in precisions"),
        ('class = "on"', 'class = "off"', "an output or a class that the net lacks"),
        ('output = "y"', 'output = "z"', "an output or a class that the net lacks"),
        ('layout = "NCHW"', 'layout = "NHWC"', "input.layout"),
    ],
)
def test_a_bad_net_is_refused_by_its_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    folder = write_models(tmp_path, net=net_text().replace(old, new))
    with pytest.raises(EngineFailed, match=named):
        load_manifest("mine", folder)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("licence =", "license =", 'license: no such key; the nearest is "licence"'),
        ("resize =", "resise =", 'input.resise: no such key; the nearest is "resize"'),
        ("slack =", "slak =", 'precisions.int8.slak: no such key; the nearest is "slack"'),
        ("values =", "value =", 'golden.0.value: no such key; the nearest is "values"'),
    ],
)
def test_a_misspelt_key_is_named_with_its_nearest(tmp_path: Path, old: str, new: str, named: str) -> None:
    folder = write_models(tmp_path, net=net_text().replace(old, new))
    with pytest.raises(ManifestBroken, match=named) as caught:
        load_manifest("mine", folder)
    assert caught.value.remedy == "Mend it or delete it."


def test_a_folder_that_the_system_refuses_is_a_line(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="cannot be read: File name too long"):
        load_manifest("gatehouse", own=tmp_path / ("x" * 300))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 1\n" + SET, "colour"),
        (SET.replace('text = "AB12"', 'text = "ab 12"'), "golden.0.text"),
        (SET.replace('det = "det"', 'det = "rec"'), "known: det"),
        ("= broken", "not TOML"),
    ],
)
def test_a_bad_set_is_refused_by_its_key(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(EngineFailed, match=named):
        load_manifest("mine", write_models(tmp_path, the_set=text))


def test_an_unknown_set_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="known: mine"):
        load_manifest("yours", write_models(tmp_path))


def test_an_unknown_net_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineFailed, match="no net rec"):
        load_manifest("mine", write_models(tmp_path)).file("rec")


@pytest.mark.parametrize("derived", ["", f'derived_from = "{FP32}"\n'])
def test_the_owner_s_net_comes_before_the_shipped_one(tmp_path: Path, derived: str) -> None:
    shipped = write_models(tmp_path / "shipped")
    own = write_models(tmp_path / "own", net=derived + net_text(version=7))
    manifest = load_manifest("mine", shipped, own=own)
    assert (manifest.nets["det"].version, manifest.faults) == (7, ())


def test_the_owner_s_net_of_an_older_one_is_passed_over_with_a_fault(tmp_path: Path) -> None:
    shipped = write_models(tmp_path / "shipped")
    own = write_models(tmp_path / "own", net=f'derived_from = "{"f" * 64}"\n' + net_text(version=7))
    manifest = load_manifest("mine", shipped, own=own)
    assert manifest.nets["det"].version == 1
    assert [type(fault) for fault in manifest.faults] == [ModelStale]


def test_a_net_made_from_a_precision_that_is_no_longer_shipped_is_passed_over(tmp_path: Path) -> None:
    narrow = net_text().replace("[precisions.fp32]", "[precisions.fp16]")
    shipped = write_models(tmp_path / "shipped", net='default = "fp16"\n' + narrow)
    own = write_models(tmp_path / "own", net=f'derived_from = "{FP32}"\n' + net_text(version=7))
    manifest = load_manifest("mine", shipped, own=own)
    assert manifest.nets["det"].version == 1
    assert [type(fault) for fault in manifest.faults] == [ModelStale]


def with_vehicle(folder: Path) -> Path:
    """A folder of models whose set describes vehicles."""
    write_models(folder, the_set=SET.replace('det = "det"', 'det = "det"\nvehicle = "det"'))
    return folder


def namer_text(task: str = "name_model", output: str = "model", resize: str = "stretch") -> str:
    text = net_text().replace('name = "det"', 'name = "make_model"').replace('"detect"', f'"{task}"')
    return text.replace('"y"', f'"{output}"').replace('"stretch"', f'"{resize}"')


def owners(folder: Path, text: str) -> Path:
    (folder / "nets").mkdir(parents=True)
    (folder / "nets" / "make_model.toml").write_text(text)
    return folder


def test_the_owner_s_net_for_make_and_model_joins_a_set_that_describes_vehicles(tmp_path: Path) -> None:
    own = owners(tmp_path / "own", namer_text())
    manifest = load_manifest("mine", with_vehicle(tmp_path / "shipped"), own=own)
    assert manifest.nets["model"].classes("model") == ("on", "dim")
    assert manifest.file("model").name == "mine.model"


def test_a_set_that_describes_no_vehicle_takes_no_net_for_make_and_model(tmp_path: Path) -> None:
    own = owners(tmp_path / "own", namer_text())
    assert "model" not in load_manifest("mine", write_models(tmp_path / "shipped"), own=own).nets


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (namer_text(task="detect"), "detect instead of name_model"),
        (namer_text(output="y"), "an output model that names its classes"),
        (namer_text(resize="letterbox"), 'needs resize = "stretch"'),
    ],
)
def test_a_net_that_cannot_name_models_is_refused(tmp_path: Path, text: str, named: str) -> None:
    shipped, own = with_vehicle(tmp_path / "shipped"), owners(tmp_path / "own", text)
    with pytest.raises(EngineFailed, match=named):
        load_manifest("mine", shipped, own=own)


def test_the_hash_is_held(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"weights")
    good = ModelFile("net", path, sha256_of(path))
    check_hash(good)
    path.write_bytes(b"other weights")
    with pytest.raises(EngineFailed, match="SHA-256"):
        check_hash(good)


@pytest.mark.parametrize("sha256", ["", "a" * 64])
def test_a_missing_file_is_refused(tmp_path: Path, sha256: str) -> None:
    with pytest.raises(EngineFailed, match=r"none\.onnx"):
        check_hash(ModelFile("net", tmp_path / "none.onnx", sha256))


@pytest.mark.parametrize(
    ("extra", "command"),
    [(None, "pip install nowhere"), ("more", r"pip install 'gatehouse\[more\]'")],
)
def test_a_missing_package_is_refused_with_the_command_that_brings_it(
    extra: str | None, command: str
) -> None:
    with pytest.raises(ExtraMissing, match=command):
        package_folder("nowhere", extra)


def test_a_golden_text_needs_a_probability_a_character(tmp_path: Path) -> None:
    text = net_text().partition("values =")[0].replace('["on", "dim"]', '["A", "1"]')
    short = 'texts = [{ text = "A1", chars = [0.9], output = "y" }]\n'
    load_manifest("mine", write_models(tmp_path / "a", net=text + short.replace("0.9", "0.9, 0.8")))
    with pytest.raises(EngineFailed, match="one probability for each character"):
        load_manifest("mine", write_models(tmp_path / "b", net=text + short))
