"""Averages of models: between the two, of the same parts, and only of such as go together."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from training.averaging import AUTOENCODER, PARTS, average, main
from visualizer.engine.loading import BUILTIN_FOLDER, load


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """The built-in model with every weight twice as large."""
    folder = tmp_path / "other"
    shutil.copytree(BUILTIN_FOLDER, folder)
    for part in PARTS:
        doubled = {name: 2 * tensor for name, tensor in load_file(folder / part).items()}
        save_file(doubled, folder / part, metadata={"format": "pt"})
    return folder


def test_the_average_lies_between_and_loads(other: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    main([str(out), f"{BUILTIN_FOLDER}=0.75", f"{other}=0.25"])
    for part in PARTS:
        mine, made = load_file(BUILTIN_FOLDER / part), load_file(out / part)
        assert made.keys() == mine.keys()
        for name, tensor in mine.items():
            assert made[name].dtype == tensor.dtype
            wanted = 1.25 * tensor.float() if tensor.is_floating_point() else tensor.float()
            assert torch.allclose(made[name].float(), wanted, rtol=2e-3, atol=1e-6)
    load(str(out), "cpu", True, lambda status: None)


def test_what_does_not_go_together_is_refused(other: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        average(tmp_path / "out", [(BUILTIN_FOLDER, 0.5), (other, 0.6)])
    file = other / AUTOENCODER
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(ValueError, match="another autoencoder"):
        average(tmp_path / "out", [(BUILTIN_FOLDER, 0.5), (other, 0.5)])
    assert not (tmp_path / "out").exists()
