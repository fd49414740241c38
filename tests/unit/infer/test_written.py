from math import inf
from pathlib import Path

import pytest

from appliance.infer.models import SHIPPED, load_net
from appliance.infer.written import as_toml


@pytest.mark.parametrize("name", sorted(path.stem for path in (SHIPPED / "nets").glob("*.toml")))
def test_a_manifest_reads_as_it_was_written(tmp_path: Path, name: str) -> None:
    net = load_net(name)
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / f"{name}.toml").write_text(as_toml(net), encoding="utf-8")
    again = load_net(name, tmp_path)
    assert again.model_dump() == net.model_dump()


def test_the_shipped_manifests_are_as_the_recipe_writes_them() -> None:
    path = SHIPPED / "nets" / "detector.toml"
    assert as_toml(load_net("detector")) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("value", ["a\x7fb", 'a "b" \\ \n', inf, -inf, 1e16, True, 3])
def test_every_value_reads_as_it_was_written(tmp_path: Path, value: bool | int | float | str) -> None:
    net = load_net("detector").model_copy(update={"metrics": {"odd": value}})
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "detector.toml").write_text(as_toml(net), encoding="utf-8")
    assert load_net("detector", tmp_path).metrics == {"odd": value}
