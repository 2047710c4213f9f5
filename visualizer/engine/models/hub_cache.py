"""What is in the local cache of Hugging Face: which models, and where a model's files are."""

from __future__ import annotations

from pathlib import Path

import huggingface_hub
from huggingface_hub.errors import CacheNotFound


def cached_models(weights: bool = True) -> tuple[str, ...]:
    """Names of the pipelines in the local Hugging Face cache, sorted; none where it is absent.

    weights: only those with weights; else also those of which there are only the settings.
    """
    try:
        repos = huggingface_hub.scan_cache_dir().repos
    except (CacheNotFound, OSError, ValueError):
        return ()
    names = set()
    for repo in repos:
        files = {file.file_name for revision in repo.revisions for file in revision.files}
        has_weights = any(file.endswith(".safetensors") for file in files)
        if repo.repo_type == "model" and "model_index.json" in files and has_weights >= weights:
            names.add(repo.repo_id)
    return tuple(sorted(names))


def cached_folder(name: str, file: str) -> Path | None:
    """The folder of a repository in the local cache that has a file in it; None without one."""
    found = huggingface_hub.try_to_load_from_cache(name, file)
    return Path(found).parent if isinstance(found, str) else None
