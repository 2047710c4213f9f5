"""Which models the local cache of Hugging Face holds."""

from __future__ import annotations

from pathlib import Path

import huggingface_hub
import pytest

from visualizer.engine.models import hub_cache


def test_no_cache_is_an_empty_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    scan = huggingface_hub.scan_cache_dir
    monkeypatch.setattr(huggingface_hub, "scan_cache_dir", lambda: scan(tmp_path / "nothing"))
    assert hub_cache.cached_models() == ()


def test_only_pipelines_of_the_cache_are_listed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for repo, files in (
        ("models--a--pipeline", ("model_index.json", "unet/x.safetensors")),
        ("models--b--other", ("x.bin",)),
        ("models--c--settings", ("model_index.json", "unet/config.json")),
    ):
        for file in files:
            path = tmp_path / repo / "snapshots" / "0123" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")
    scan = huggingface_hub.scan_cache_dir
    monkeypatch.setattr(huggingface_hub, "scan_cache_dir", lambda: scan(tmp_path))
    assert hub_cache.cached_models() == ("a/pipeline",)
    assert hub_cache.cached_models(weights=False) == ("a/pipeline", "c/settings")
