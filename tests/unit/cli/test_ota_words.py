"""What a person at the console may overrule, word by word."""

from __future__ import annotations

import argparse

import pytest

from appliance.cli import ota


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    ota.configure(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("words", "downgrade", "now"),
    [([], False, False), (["--downgrade"], True, False), (["--now"], False, True)],
)
def test_age_and_rest_are_overruled_apart(words: list[str], downgrade: bool, now: bool) -> None:
    args = parsed("install", "b.raucb", *words)

    assert (args.downgrade, args.now) == (downgrade, now)


@pytest.mark.parametrize("words", [("install", "b.raucb"), ("restart",)])
def test_one_word_for_both_is_refused_with_the_two(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parsed(*words, "--force")

    assert "say --downgrade to install an older version, --now" in capsys.readouterr().err
