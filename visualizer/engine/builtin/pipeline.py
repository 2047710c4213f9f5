"""The built-in model, read from its folder with torch alone.

A show starts on it at once: importing diffusers and transformers would take longer than all the
rest. Any diffusers pipeline can be made of the same folder (for_diffusers.py); the tests hold the
two against each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from visualizer.engine.builtin.autoencoder import Autoencoder
from visualizer.engine.builtin.text_encoder import TextEncoder
from visualizer.engine.builtin.unet import UNet
from visualizer.engine.builtin.word_pieces import WordPieces

_Module = TypeVar("_Module", bound=nn.Module)


class NoiseSchedule:
    """What the denoiser was trained with: noise variances that rise as a square, stretched so that
    no signal is left at the end (Lin et al. 2023, arXiv:2305.08891, algorithm 1).

    The arguments are those of diffusers' ``DDIMScheduler``.
    """

    def __init__(
        self,
        num_train_timesteps: int,
        beta_start: float,
        beta_end: float,
        prediction_type: str,
        rescale_betas_zero_snr: bool,
        set_alpha_to_one: bool,
        **unused: Any,
    ) -> None:
        assert rescale_betas_zero_snr
        self.config = {
            "num_train_timesteps": num_train_timesteps,
            "prediction_type": prediction_type,
            "rescale_betas_zero_snr": rescale_betas_zero_snr,
            "set_alpha_to_one": set_alpha_to_one,
        }
        ends = (beta_start**0.5, beta_end**0.5)
        betas = torch.linspace(*ends, num_train_timesteps, dtype=torch.float64) ** 2
        roots = (1 - betas).cumprod(0).sqrt()
        self.alphas_cumprod = ((roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])) ** 2


class BuiltinPipeline:
    """The parts of the built-in model, named as in diffusers' Stable Diffusion pipelines."""

    vae_scale_factor = 16

    def __init__(self, folder: Path) -> None:
        """Raises what json, safetensors, tokenizers and torch raise where files are damaged."""
        self.vae = _network(Autoencoder, folder / "vae")
        self.unet = _network(UNet, folder / "unet")
        self.text_encoder = _network(TextEncoder, folder / "text_encoder")
        self.tokenizer = WordPieces(folder / "tokenizer")
        self.scheduler = NoiseSchedule(**_json(folder / "scheduler" / "scheduler_config.json"))
        self.config: Mapping[str, Any] = {}

    @property
    def device(self) -> torch.device:
        """Where its networks are."""
        return self.unet.device

    @property
    def dtype(self) -> torch.dtype:
        """The type of its networks' weights."""
        return self.unet.dtype

    def to(self, *where: Any, **how: Any) -> BuiltinPipeline:
        """All networks to a device, a type or a memory format, as torch's modules take them."""
        for network in (self.vae, self.unet, self.text_encoder):
            network.to(*where, **how)
        return self

    def encode_prompt(
        self, prompt: str, do_classifier_free_guidance: bool, **unused: Any
    ) -> tuple[Tensor, Tensor | None]:
        """What the UNet is told of a prompt, and with guidance of the empty one, each
        (1, tokens, width)."""
        texts = (prompt, "") if do_classifier_free_guidance else (prompt,)
        tokens = [self.tokenizer.padded(text) for text in texts]
        hidden = self.text_encoder(torch.tensor(tokens, device=self.device)).split(1)
        return hidden[0], hidden[1] if do_classifier_free_guidance else None


class _Undrawn(TorchFunctionMode):
    """New layers without random numbers: their weights are replaced at once.

    (The usual way, to build them on the meta device, has torch import its compiler, which takes two
    seconds.)
    """

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in (nn.init.kaiming_uniform_, nn.init.uniform_, nn.init.normal_):
            return kwargs["tensor"]
        return func(*args, **kwargs)


def _network(kind: type[_Module], folder: Path) -> _Module:
    config = {k: v for k, v in _json(folder / "config.json").items() if not k.startswith("_")}
    with _Undrawn():
        network = kind(**config)
    (file,) = folder.glob("*.safetensors")
    weights = {name: each.float() for name, each in load_file(file).items()}
    network.load_state_dict(weights, assign=True)
    network.config = config  # type: ignore[assignment]
    return network.eval().requires_grad_(False)


def _json(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
