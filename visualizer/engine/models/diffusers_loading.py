"""A model's name → a loaded pipeline on a device, or a ModelError that says why not in one line.

The local cache comes first; what it lacks is fetched (download.py), and never when offline.
Weights are read from safetensors only, and a pickle that a library still comes upon is refused. No
code that comes with a model is ever run: a model whose parts are not classes of diffusers,
transformers or this package, or whose configurations name code, is refused before loading
(model_index.py, config_check.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import diffusers
import huggingface_hub
import torch
import transformers
from diffusers.utils import deprecation_utils
from huggingface_hub.utils import logging as hub_log
from huggingface_hub.utils.tqdm import disable_progress_bars

from visualizer.engine.failures import ModelError, one_line, out_of_memory
from visualizer.engine.models import config_check, download, hub_cache, model_index, single_file
from visualizer.engine.models.model_index import INDEX, LEFT_OUT
from visualizer.engine.models.weights_lock import reading_weights
from visualizer.show.status import Phase, Report, Status

DTYPE = "dtype" if hasattr(deprecation_utils, "_resolve_dtype") else "torch_dtype"
"""What diffusers calls the argument for the type of numbers: newer ones warn about the old name."""

IMAGE_TO_IMAGE = {
    f"{family}{kind}Pipeline": f"{family}Img2ImgPipeline"
    for family in ("StableDiffusion", "StableDiffusionXL", "LatentConsistencyModel")
    for kind in ("", "Img2Img")
}
"""The pipelines that a model's index may name, and the class that loads them for us. Others are
left to AutoPipelineForImage2Image, which takes most of a second to import all that there are."""


def load_pipeline(name: str, device: str, offline: bool, report: Report) -> Any:
    """The image-to-image pipeline of a model: a folder, a file of safetensors, or a name on Hugging
    Face.

    device: cuda, mps (both float16) or cpu (float32). report is told of each step. Raises
    ModelError, in one line, where the model can't be read; what torch raises where a device
    can't take it (see failures.out_of_memory) passes through.
    """
    quiet()
    half = device != "cpu"
    report(Status(Phase.LOADING, f"loading {name}", 0.3, name, device))
    file = single_file.path_of(name)
    folder = None if file is not None else _folder(name)
    if file is not None:
        pipeline = _from_file(name, file, half, offline, report)
    elif folder is None:
        pipeline = _from_hub(name, half, offline, report)
    else:
        pipeline = _read_or_model_error(name, folder, half)
    report(Status(Phase.LOADING, f"loading {name}", 0.7, name, device))
    return _settled(pipeline, device)


def load_vae(name: str, kind: type, half: bool, offline: bool, report: Report) -> Any:
    """An autoencoder of a class, from a repository of its own. Raises ModelError."""
    folder = hub_cache.cached_folder(name, "config.json")
    if folder is not None:
        try:
            return _vae(name, folder, kind, half)
        except ModelError as error:
            if not isinstance(error.__cause__, OSError):  # as where weights are not there
                raise
    if offline:
        raise ModelError(_OFFLINE.format(name))
    sizes = download.list_files(name)
    files = {file: sizes[file] for file in download.choose_files(sizes, [""], half)}
    return _vae(name, download.download_files(name, files, report), kind, half)


def quiet() -> None:
    """Keep the libraries' warnings and progress bars off the terminal; errors still raise.

    The hub asks the network about the program that runs it, even to read its cache: not here.
    """
    huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY = True
    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    hub_log.set_verbosity_error()  # type: ignore[no-untyped-call]
    disable_progress_bars()


def _folder(name: str) -> Path | None:
    """A model's folder; None for a name on Hugging Face. ModelError where it can be neither."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / INDEX).is_file():
            files = (path.name for path in folder.iterdir())
            raise ModelError(
                _lora_instead(name, files)
                or f"{name}: no {INDEX} in {folder}; give a folder that diffusers saved"
            )
        return folder
    parts = name.split("/")
    if len(parts) != 2 or not all(parts) or parts[0] in (".", "..", "~"):
        raise ModelError(f"{name}: no such folder, and not a Hugging Face name (OWNER/MODEL)")
    return None


def _from_file(name: str, file: Path, half: bool, offline: bool, report: Report) -> Any:
    """The pipeline of a model in one file, put together as one of its kind is. ModelError."""
    kind = single_file.kind_of(name, file)
    if kind.note:
        report(Status(Phase.FAILED, f"{name} {kind.note}"))
    source, folder = _settings(name, kind, offline, report)
    if source != kind.settings:
        report(Status(Phase.FAILED, f"{name} uses the configuration of {source} ({kind.name})"))
    index = model_index.read_index(name, folder)
    options: dict[str, Any] = {DTYPE: torch.float16 if half else torch.float32}
    # Not in the file, and of no use here.
    options |= {part: None for part in ("feature_extractor", "image_encoder") if part in index}
    try:
        with reading_weights():
            return getattr(diffusers, IMAGE_TO_IMAGE[kind.pipeline]).from_single_file(
                str(file), config=str(folder), local_files_only=True, **options, **_plain(index)
            )
    except Exception as error:
        if isinstance(error, ModelError) or out_of_memory(error):
            raise
        raise ModelError(f"{name}: can't be loaded as {kind.name}: {one_line(error)}") from error


def _settings(name: str, kind: single_file.Kind, offline: bool, report: Report) -> tuple[str, Path]:
    """A repository of a kind of model, and the folder of its small files: of the local cache that
    of its own first, then any that fits where the kind's settings are shared (else a prediction
    type could be the wrong one); else it is fetched. Raises ModelError."""
    others = hub_cache.cached_models(weights=False) if kind.shared else ()
    for source in (kind.settings, *others):
        folder = hub_cache.cached_folder(source, INDEX)
        if folder is not None and single_file.fits(kind, folder):
            return source, folder
    if offline:
        raise ModelError(
            f"{name}: {kind.name}, whose settings (a few MB of {kind.settings}) are not on this "
            "machine; run it once with a network connection"
        )
    sizes = download.list_files(kind.settings)
    folders = sorted({file.rpartition("/")[0] for file in sizes} - {*LEFT_OUT})
    files = download.choose_files(sizes, folders, half=True)
    small = {file: sizes[file] for file in files if not download.is_weights(file)}
    return kind.settings, download.download_files(kind.settings, small, report)


def _from_hub(name: str, half: bool, offline: bool, report: Report) -> Any:
    """The pipeline of a name on Hugging Face: from the cache, or with what that lacks fetched."""
    folder = hub_cache.cached_folder(name, INDEX)
    if folder is not None:
        try:
            return _read_or_model_error(name, folder, half)
        except ModelError as error:
            # No library says in one way that a file is not there.
            if not isinstance(error.__cause__, (OSError, ValueError)):
                raise
            if offline and "file named" not in str(error.__cause__):
                raise
    if offline:
        here = (file for file in single_file.LORA_FILES if hub_cache.cached_folder(name, file))
        raise ModelError(_lora_instead(name, here) or _OFFLINE.format(name))
    return _read_or_model_error(name, _fetched(name, half, report), half)


def _fetched(name: str, half: bool, report: Report) -> Path:
    """The folder of a model on Hugging Face whose files are all here now. Raises ModelError."""
    sizes = download.list_files(name)
    if INDEX not in sizes:
        raise ModelError(
            _lora_instead(name, sizes)
            or f"{name}: no {INDEX} there; use a model in diffusers' format"
        )
    # A look at what it is made of, before gigabytes are fetched.
    folder = download.download_files(name, {INDEX: sizes[INDEX]}, lambda status: None)
    parts = model_index.parts_of(model_index.read_index(name, folder))
    files = download.choose_files(sizes, [part for part in parts if part not in LEFT_OUT], half)
    return download.download_files(name, {file: sizes[file] for file in files}, report)


def _lora_instead(name: str, files: Iterable[str]) -> str:
    """What to do with a LoRA that is given for a model, by its files' names; "" for none."""
    if not {*single_file.LORA_FILES}.intersection(files):
        return ""
    return f"{name}: {single_file.NO_MODEL}"


def _vae(name: str, folder: Path, kind: type, half: bool) -> Any:
    """An autoencoder from a folder. Raises ModelError."""
    options: dict[str, Any] = {DTYPE: torch.float16 if half else torch.float32}
    if model_index.weights_in_half(folder, [""], half):
        options["variant"] = "fp16"
    try:
        config_check.check_configs(name, folder)
        with reading_weights():
            return kind.from_pretrained(  # type: ignore[attr-defined]
                folder, use_safetensors=True, **options
            )
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(f"{name}: can't be loaded: {one_line(error)}") from error


def _read_or_model_error(name: str, folder: Path, half: bool) -> Any:
    """As _read, but what goes wrong is a ModelError; torch's lack of memory passes through."""
    try:
        return _read(name, folder, half)
    except Exception as error:
        if isinstance(error, ModelError) or out_of_memory(error):
            raise
        raise ModelError(f"{name}: can't be loaded: {one_line(error)}") from error


def _read(name: str, folder: Path, half: bool) -> Any:
    """Read a pipeline's files into memory, after a look at what it is made of."""
    index = model_index.read_index(name, folder)
    options: dict[str, Any] = {DTYPE: torch.float16 if half else torch.float32}
    if model_index.weights_in_half(folder, model_index.parts_of(index), half):
        options["variant"] = "fp16"
    options |= _plain(index)
    loader = IMAGE_TO_IMAGE.get(index["_class_name"], "AutoPipelineForImage2Image")
    with reading_weights():
        return getattr(diffusers, loader).from_pretrained(
            str(folder), use_safetensors=True, local_files_only=True, **options
        )


def _plain(index: dict[str, Any]) -> dict[str, Any]:
    """Options of a pipeline without what checks or marks its pictures."""
    options: dict[str, Any] = {}
    if "safety_checker" in index:
        options |= {"safety_checker": None, "requires_safety_checker": False}
    if "XL" in index["_class_name"]:
        # The watermark would build up, frame by frame.
        options["add_watermarker"] = False
    return options


def _settled(pipeline: Any, device: str) -> Any:
    """The pipeline on its device, ready to be called."""
    pipeline.set_progress_bar_config(disable=True)
    pipeline.to(device)
    for name in ("unet", "transformer", "vae"):
        part = getattr(pipeline, name, None)
        if isinstance(part, torch.nn.Module) and device != "mps":
            part.to(memory_format=torch.channels_last)
    return pipeline


_OFFLINE = "{}: incomplete in the local cache, and offline; run it once with a network connection"
