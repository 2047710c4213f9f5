"""A model's name → a loaded pipeline on a device, or a ModelError that says why not in one line.

The local cache comes first; the network is asked only where that fails, and never when offline.
Weights are read from safetensors only. No code that comes with a model is ever run: a model whose
parts are not classes of diffusers, transformers or this package is refused before loading.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diffusers
import huggingface_hub
import torch
import transformers
from diffusers.utils import deprecation_utils
from huggingface_hub.errors import (  # type: ignore[attr-defined]
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HTTPError,  # of whichever HTTP library the hub uses
    RepositoryNotFoundError,
)
from huggingface_hub.utils import logging as hub_log
from huggingface_hub.utils.tqdm import disable_progress_bars

# Diffusers takes a part's class from a module that is imported already, and from no other.
from visualizer.engine import autoencoder, unet
from visualizer.engine.failures import ModelError, one_line
from visualizer.engine.known import BUILTIN
from visualizer.show.status import Phase, Status

BUILTIN_FOLDER = Path(__file__).resolve().parent.parent / "models" / BUILTIN

LIBRARIES = ("diffusers", "transformers", autoencoder.__name__, unet.__name__)
"""Where the classes of a model's parts may come from, besides diffusers' own pipelines."""

DTYPE = "dtype" if hasattr(deprecation_utils, "_resolve_dtype") else "torch_dtype"
"""What diffusers calls the argument for the type of numbers: newer ones warn about the old name."""

REACH = 10.0
"""Seconds that Hugging Face is given to answer at all."""

Report = Callable[[Status], None]


def load(name: str, device: str, offline: bool, report: Report) -> Any:
    """The image-to-image pipeline of a model: builtin, a folder, or a name on Hugging Face.

    device: cuda, mps (both float16) or cpu (float32). report is told of each attempt. Raises
    ModelError, in one line, where the model can't be read; what torch raises where a device
    can't take it (see out_of_memory) passes through.
    """
    quiet()
    where = _place(name)
    for local in (True,) if offline or os.path.isdir(where) else (True, False):
        why = ""
        if local:
            report(Status(Phase.LOADING, f"loading {name}", 0.3, name, device))
        else:
            _ask_for(name)
            text = f"fetching {name}: this can take long, and is needed once"
            report(Status(Phase.LOADING, text, model=name, device=device))
        # Files of half the size first where they will do.
        for variant in ("fp16", None) if device == "cuda" else (None, "fp16"):
            try:
                pipeline = _read(where, device, local_files_only=local, variant=variant)
            except Exception as error:
                if isinstance(error, ModelError) or out_of_memory(error):
                    raise
                # Kept as a line: the error itself would keep what was loaded half.
                other_variant = "variant" in str(error)
                if not (why and other_variant):  # that says nothing
                    why = _why(name, where, error, offline)
                absent = isinstance(error, (OSError, ValueError)) if local else other_variant
                if not absent:
                    raise ModelError(why) from error
            else:
                report(Status(Phase.LOADING, f"loading {name}", 0.7, name, device))
                return _settled(pipeline, device)
    raise ModelError(why)


def out_of_memory(error: BaseException) -> bool:
    """Whether a device's memory was too small. On Apple GPUs it is a plain RuntimeError."""
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error)


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


def picture_side(pipeline: Any, wanted: int | None = None) -> int:
    """Pixels of the picture's side: the model's own, or the wanted one as near as it can do.

    A multiple of a latent cell times what the UNet halves on its way down.
    """
    cell = int(getattr(pipeline, "vae_scale_factor", 8))
    unet = getattr(pipeline, "unet", None)
    if wanted is None:
        cells = getattr(pipeline, "default_sample_size", None)
        if unet is not None:
            cells = unet.config.get("sample_size") or cells
        wanted = cell * int(max(cells) if isinstance(cells, (list, tuple)) else cells or 64)
    multiple: int = cell * 2 ** int(getattr(unet, "num_upsamplers", 1))
    return max(round(wanted / multiple), 1) * multiple


def _place(name: str) -> str:
    """A folder's path, or a name on Hugging Face. ModelError where it can be neither."""
    folder = BUILTIN_FOLDER if name == BUILTIN else Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "model_index.json").is_file():
            raise ModelError(
                f"{name}: no model_index.json in {folder}; give a folder that diffusers saved"
            )
        return str(folder)
    if name == BUILTIN:
        raise ModelError(f"builtin: {folder} is missing; install the package again")
    parts = name.split("/")
    if len(parts) != 2 or not all(parts) or parts[0] in (".", "..", "~"):
        raise ModelError(
            f"{name}: no such folder, and no name on Hugging Face (they are written OWNER/MODEL)"
        )
    return name


def _ask_for(name: str) -> None:
    """ModelError where Hugging Face can't be reached or has no such model.

    Downloading finds that out too, but retries for most of a minute first.
    """
    try:
        huggingface_hub.model_info(name, timeout=REACH)
    except GatedRepoError:
        raise ModelError(_GATED.format(name)) from None
    except RepositoryNotFoundError:
        raise ModelError(f"{name}: Hugging Face has no such model; check the name") from None
    except HfHubHTTPError as error:  # it was reached, and refuses
        raise ModelError(f"{name}: {one_line(error)}") from None
    except (HTTPError, OSError):
        raise ModelError(
            f"{name}: not in the local cache, and Hugging Face can't be reached; run it once with "
            "a network"
        ) from None
    except Exception as error:
        raise ModelError(f"{name}: {one_line(error)}") from None


def _read(where: str, device: str, **options: Any) -> Any:
    """Read a pipeline's files into memory, after a look at what it is made of."""
    with warnings.catch_warnings():
        # Advice to whoever saved the model; it means nothing to whoever plays it.
        warnings.simplefilter("ignore")
        loader = diffusers.AutoPipelineForImage2Image
        index = loader.load_config(where, local_files_only=options["local_files_only"])
        _refuse_foreign_code(where, index)
        if "safety_checker" in index:
            options = {**options, "safety_checker": None, "requires_safety_checker": False}
        if "XL" in index["_class_name"]:
            # The watermark would be dreamt on, frame by frame.
            options = {**options, "add_watermarker": False}
        dtype = torch.float32 if device == "cpu" else torch.float16
        return loader.from_pretrained(where, use_safetensors=True, **{DTYPE: dtype}, **options)


def _refuse_foreign_code(where: str, index: dict[str, Any]) -> None:
    """ModelError where a part's class is neither the libraries' nor this package's.

    Of diffusers, 0.42 refuses modules that are not imported yet, and code in a model's folder
    unless it is told to trust it; older ones import whatever model_index.json names.
    """
    if not isinstance(index.get("_class_name"), str):
        raise ModelError(f"{where}: its pipeline is code of its own, which is never run")
    for part, value in index.items():
        if part.startswith("_") or not isinstance(value, (list, tuple)) or len(value) != 2:
            continue
        library = value[0]
        if library is None:
            continue
        known = library in LIBRARIES or hasattr(diffusers.pipelines, str(library))
        if not known or Path(where, part, f"{library}.py").exists():
            raise ModelError(
                f"{where}: its {part} is code of its own ({library}), which is never run; take a "
                "model made of diffusers' and transformers' classes"
            )


def _settled(pipeline: Any, device: str) -> Any:
    """The pipeline on its device, ready to be called."""
    pipeline.set_progress_bar_config(disable=True)
    pipeline.to(device)
    for name in ("unet", "transformer", "vae"):
        part = getattr(pipeline, name, None)
        if isinstance(part, torch.nn.Module) and device != "mps":
            part.to(memory_format=torch.channels_last)
    return pipeline


_GATED = "{0}: its owner wants an agreement first; see huggingface.co/{0}"


def _why(name: str, where: str, error: Exception, offline: bool) -> str:
    """One line: what, where, what to do."""
    if os.path.isdir(where):
        return f"{name}: can't be loaded from {where}: {one_line(error)}"
    if _caused_by(error, GatedRepoError):
        return _GATED.format(name)
    missing = _caused_by(error, FileNotFoundError, EntryNotFoundError)
    if offline and (missing or "no file named" in str(error)):  # diffusers' plain OSError
        return f"{name}: not whole in the local cache, and offline; run it once with a network"
    return f"{name}: can't be loaded: {one_line(error)}"


def _caused_by(error: BaseException | None, *kinds: type[Exception]) -> bool:
    """Whether an error is of one of the kinds, or was raised on account of one."""
    while error is not None:
        if isinstance(error, kinds):
            return True
        error = error.__cause__ or error.__context__
    return False
