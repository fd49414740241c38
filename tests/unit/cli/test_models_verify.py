"""`gatehouse models verify` on nets that nothing proves."""

from __future__ import annotations

from pathlib import Path

import pytest

from appliance.__main__ import main

from ..infer.makers import SET, net_text, write_models


def verified(folder: Path, part: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit code and first line for a set with one net, without golden frames, as `part`."""
    net = net_text().partition("[[golden]]")[0]
    write_models(folder / "models", net, SET.replace('det = "det"', f'{part} = "det"'))
    owner = folder / "mine.toml"
    owner.write_text(f'[infer]\nmodels = "{folder / "models"}"\n', encoding="utf-8")
    code = main(["models", "verify", "--set", "mine", "--config", str(owner)])
    return code, capsys.readouterr().out.splitlines()[0]


@pytest.mark.parametrize("part", ["vehicle", "model", "liveness"])
def test_a_net_that_nothing_proves_is_wanting(
    tmp_path: Path, part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, line = verified(tmp_path, part, capsys)
    assert (code, line[:4]) == (1, "WANT")
    assert line.endswith("nothing proves it. Give it a golden frame: docs/models.md.")


def test_a_net_that_reads_the_set_s_pictures_may_go_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, line = verified(tmp_path, "reader", capsys)
    assert "nothing proves it" not in line
