"""Variations of a set, made one after the other; on a cluster: tests/cluster/test_on_ray.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from visualizer import cli

from .played import pictures, played


def test_the_first_variation_is_the_set_as_it_was_played_and_others_have_other_seeds(
    tmp_path: Path,
) -> None:
    log, out = played(tmp_path, 8), tmp_path / "set.mp4"
    arguments = ["render", "--replay", str(log), str(out)]
    assert cli.main(arguments) == 0
    assert cli.main([*arguments, "--variations", "3"]) == 0
    one, two, three = (pictures(tmp_path / f"set-{number}.mp4") for number in (1, 2, 3))
    assert np.array_equal(one, pictures(out))
    assert one.shape == two.shape == three.shape
    for a, b in ((one, two), (one, three), (two, three)):
        assert not np.array_equal(a, b)


def test_what_does_not_go_together_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    log = str(played(tmp_path, 2))
    monkeypatch.setattr(
        "visualizer.engine.host.ray_cluster.importlib.util.find_spec", lambda name: None
    )
    out = str(tmp_path / "set.mp4")
    for arguments, line in (
        ([out, "--variations", "2"], "--variations: give the performance log of a set"),
        ([out, "--replay", log, "--on", "ray"], "--on: give the number of videos with"),
        ([str(tmp_path / "set"), "--replay", log, "--variations", "2"], "ending in .mp4"),
        (
            [out, "--replay", log, "--variations", "2", "--on", "ray"],
            "pip install 'visualizer[ray]'",
        ),
    ):
        assert cli.main(["render", *arguments]) == 2
        assert line in capsys.readouterr().err
