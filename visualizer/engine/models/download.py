"""Download a model from Hugging Face into the local cache: choice of files, and progress.

A repository often holds a model several times over: in half and full precision, as safetensors
and as pickles, for other libraries, and as one file. Only the
files that diffusers_loading.py reads are downloaded.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import huggingface_hub
from huggingface_hub.errors import (  # type: ignore[attr-defined]
    GatedRepoError,
    HfHubHTTPError,
    HTTPError,  # of whichever HTTP library the hub uses
    RepositoryNotFoundError,
)
from huggingface_hub.utils.tqdm import tqdm

from visualizer.engine.failures import ModelError, one_line
from visualizer.show.status import Phase, Report, Status

REACH = 10.0
"""Seconds that Hugging Face is given to answer at all."""

SMALL = (".json", ".txt", ".model")
"""Endings of configurations, vocabularies and the like, of which all in a folder are wanted."""

WEIGHTS = re.compile(r"(diffusion_pytorch_)?model(\.fp16)?(-\d+-of-\d+)?(\.fp16)?\.safetensors")
"""A file of weights, whole or in parts, in full or in half precision; no other variant."""

FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
"""What a folder that can't be written to says."""


def list_files(name: str) -> dict[str, int]:
    """All files of a repository with their sizes in bytes. ModelError where it can't be asked.

    Downloading would find that out too, but retries for most of a minute first.
    """
    with _as_model_errors(name):
        info = huggingface_hub.model_info(name, files_metadata=True, timeout=REACH)
    return {file.rfilename: file.size or 0 for file in info.siblings or ()}


def choose_files(files: Iterable[str], folders: Sequence[str], half: bool) -> list[str]:
    """Those files in some folders ("" is the repository's own) that are wanted, weights last: a
    download that broke off shows by what weights there are.

    half: whether weights in half precision are preferred; each folder's come in what it has.
    """
    small: list[str] = []
    large: list[str] = []
    for folder in folders:
        here = [file for file in files if file.rpartition("/")[0] == folder]
        weights = [file for file in here if is_weights(file)]
        halves = [file for file in weights if is_half(file)]
        wholes = [file for file in weights if not is_half(file)]
        kind = (halves or wholes) if half else (wholes or halves)
        large += kind
        small += [file for file in here if file.endswith(SMALL) and ".index." not in file]
        if len(kind) > 1:  # what tells in which of them each weight lies
            indexes = [file for file in here if ".safetensors.index." in file]
            small += [file for file in indexes if is_half(file) == (kind == halves)]
    return small + large


def is_weights(file: str) -> bool:
    """Whether a file, by its name, holds weights that can be read."""
    return WEIGHTS.fullmatch(file.rpartition("/")[2]) is not None


def is_half(file: str) -> bool:
    """Whether a file of weights is in half precision."""
    return ".fp16" in file.rpartition("/")[2]


def download_files(name: str, sizes: Mapping[str, int], report: Report) -> Path:
    """Fetch files, given with their sizes in bytes, where they are not here yet; their folder.

    report hears how far it is, in per cent. ModelError where it breaks off; what has come by then
    stays.
    """
    whole = max(sum(sizes.values()), 1)
    done, said = 0, -1

    def tell(bytes_: int) -> None:
        nonlocal said
        if (percent := min(100 * bytes_ // whole, 100)) > said:
            said = percent
            text = f"downloading {name}: {percent} % of {_in_words(whole)}"
            report(Status(Phase.LOADING, text, percent / 100, name))

    tell(0)
    folder = Path()
    for file, size in sizes.items():
        with _as_model_errors(name):
            bar = _counting(partial(_within, tell, done, size))
            path = Path(huggingface_hub.hf_hub_download(name, file, tqdm_class=bar))
        folder = path.parents[file.count("/")]
        done += size
        tell(done)
    return folder


def _within(tell: Callable[[int], None], before: int, size: int, came: int) -> None:
    tell(before + min(came, size))


def _in_words(size: int) -> str:
    """A size in bytes, as shops and drives have it."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{max(size / 1e6, 0.1):.1f} MB"


def _counting(hear: Callable[[int], None]) -> type[tqdm]:
    """A progress bar for hf_hub_download that lets hear know how many bytes of a file have come."""

    class Count(tqdm):
        """A progress bar that shows nothing. A download may use two, for what has come over the
        line and what lies on the disk: the farther one counts."""

        def __init__(self, *_: Any, initial: int = 0, **__: Any) -> None:
            super().__init__(disable=True)  # type: ignore[no-untyped-call]
            self.n = initial

        def update(self, n: float | None = 1) -> None:
            self.n += int(n or 0)
            hear(self.n)

    return Count


@contextmanager
def _as_model_errors(name: str) -> Iterator[None]:
    """Turn what the hub raises into a ModelError that says it in a line."""
    try:
        yield
    except GatedRepoError:
        raise ModelError(
            f"{name}: its owner requires an agreement first; see huggingface.co/{name}"
        ) from None
    except RepositoryNotFoundError:
        raise ModelError(f"{name}: Hugging Face has no such model; check the name") from None
    except HfHubHTTPError as error:  # it was reached, and refuses
        raise ModelError(f"{name}: {one_line(error)}") from None
    except (HTTPError, OSError) as error:
        if getattr(error, "errno", None) in FULL_DISK:
            raise ModelError(f"{name}: can't be stored: {one_line(error)}") from None
        raise ModelError(
            f"{name}: incomplete in the local cache, and Hugging Face can't be reached; run it "
            "once with a network connection"
        ) from None
    except Exception as error:
        raise ModelError(f"{name}: {one_line(error)}") from None
