"""One image-to-image pass: an image and a Request in, a new image out.

Images are (1, 3, height, width), RGB float32 in [0, 1], on the engine's device; no PIL, no copy to
the host. Models of the Stable Diffusion family go through Denoise, which works on their parts;
any other pipeline goes through AnyPipeline, as diffusers calls it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from visualizer.engine.backends.cuda_graphs import GraphedNetworks
from visualizer.engine.backends.networks import Conditions, Networks, TorchNetworks
from visualizer.engine.diffusion.conditioning import Conditioning
from visualizer.engine.diffusion.embeddings import Prompts
from visualizer.engine.diffusion.noise_walk import NoiseWalk
from visualizer.engine.diffusion.samplers import sampler_of
from visualizer.engine.diffusion.schedule import Schedule, timesteps
from visualizer.engine.diffusion.seed_walk import Place
from visualizer.engine.picture import Stopwatch, untimed
from visualizer.show.request import Mix, Request

FAMILY = {
    "BuiltinPipeline",
    "LatentConsistencyModelImg2ImgPipeline",
    "StableDiffusionImg2ImgPipeline",
    "StableDiffusionXLImg2ImgPipeline",
}
"""The pipelines that Denoise knows the parts of, by the names of their classes: importing those
would take seconds."""


def has_parts(pipeline: Any) -> bool:
    """Whether a pipeline is of the Stable Diffusion family, so that Denoise may take it."""
    return any(kind.__name__ in FAMILY for kind in type(pipeline).__mro__)


class Denoiser(Protocol):
    """What the loop needs of a model."""

    @property
    def backend(self) -> str:
        """What runs its networks, for people."""

    def generates(self, request: Request) -> bool:
        """Whether a request changes an image at all: at strength 0 none does."""

    def __call__(
        self, image: Tensor, request: Request, place: Place, stopwatch: Stopwatch = untimed
    ) -> Tensor:
        """A new image of the same shape; the image itself where the request changes none.

        place: of all noise in this frame. The next call may write over what this one gave.
        """

    def prepare(self, request: Request) -> str:
        """A little of what can be done ahead, between two frames. See Engine."""

    def reduce_memory(self) -> str:
        """Take one step down in memory: a line that says so; "" where there is none but to make
        pictures smaller."""

    def forget(self) -> None:
        """Let go of what was kept for pictures of the present size."""


def denoiser_of(pipeline: Any, report: Callable[[str], None] = lambda line: None) -> Denoiser:
    """The best denoiser for a loaded image-to-image pipeline, which must stay where it is.

    report: told in a line where something faster can't be had after all.
    """
    # The refiner of SDXL wants an aesthetic score: left to diffusers.
    plain = not pipeline.config.get("requires_aesthetics_score", False)
    if has_parts(pipeline) and plain and Schedule.fits(pipeline.scheduler):
        graphed = pipeline.unet.device.type == "cuda"
        return Denoise(pipeline, GraphedNetworks(pipeline, report=report) if graphed else None)
    return AnyPipeline(pipeline)


class Denoise:
    """Encode, add noise as strength says, denoise, decode: on the parts of an SD or SDXL model.

    Guidance above 1 costs one call of the UNet with a batch of 2 (Ho and Salimans 2022,
    arXiv:2207.12598); at 1 and below it is off. With models whose noise has no picture left in it
    at its highest, such as the built-in one, it is rescaled, as those who made such models do (Lin
    et al. 2023, arXiv:2305.08891, section 3.4; with all of its weight).

    networks: as they come where None is given; they may be exchanged between two
    frames. prompts: the embeddings.

    A frame waits for no device: all that depends on numbers of the host is computed there, or
    kept on the device from an earlier frame.
    """

    def __init__(self, pipeline: Any, networks: Networks | None = None) -> None:
        self.networks: Networks = networks or TorchNetworks(pipeline)
        self.prompts = Prompts(pipeline)
        self._conditions = Conditioning(pipeline, self.prompts)
        self._schedule = Schedule(pipeline.scheduler)
        self._sampler = sampler_of(pipeline.scheduler)
        self._rescales = bool(pipeline.scheduler.config.get("rescale_betas_zero_snr", False))
        self._noise = NoiseWalk()
        self._timestep = functools.lru_cache(64)(
            functools.partial(torch.full, (), dtype=torch.float32, device=pipeline.unet.device)
        )

    @property
    def backend(self) -> str:
        """See Denoiser."""
        return self.networks.backend

    def generates(self, request: Request) -> bool:
        """See Denoiser."""
        return bool(self._levels(request))

    def __call__(
        self, image: Tensor, request: Request, place: Place, stopwatch: Stopwatch = untimed
    ) -> Tensor:
        """See Denoiser."""
        levels = self._levels(request)
        return self.along(levels, image, request, place, stopwatch) if levels else image

    def prepare(self, request: Request) -> str:
        """See Denoiser. Embeds one prompt of those to come."""
        self.prompts.ahead(request.ahead)
        return self.prompts.take_notice()

    def reduce_memory(self) -> str:
        """See Denoiser."""
        return ""

    def forget(self) -> None:
        """See Denoiser."""
        self.networks.forget()

    @torch.inference_mode()
    def along(
        self,
        levels: list[float],
        image: Tensor,
        request: Request,
        place: Place,
        stopwatch: Stopwatch = untimed,
    ) -> Tensor:
        """As __call__, but with the model asked at these timesteps, from noisy to clean."""
        with stopwatch("encode"):
            latents = self.networks.encode(image)
        with stopwatch("denoise"):
            conditions = self._conditions(request, image.shape[-2], image.shape[-1])
            noise = functools.partial(self._noise.at, place, like=latents)
            predict = functools.partial(self._predict, conditions, request.guidance, stopwatch)
            noisy = self._schedule.noised(latents, noise(0), levels[0])
            latents = self._sampler(predict, noisy, levels, self._schedule, noise)
        with stopwatch("decode"):
            return self.networks.decode(latents)

    def _levels(self, request: Request) -> list[float]:
        return timesteps(request.strength, request.steps, self._schedule.num_train_timesteps)

    def _predict(
        self,
        conditions: Conditions,
        guidance: float,
        stopwatch: Stopwatch,
        latents: Tensor,
        level: float,
    ) -> Tensor:
        """The UNet's prediction in float32, guided if there are two rows of conditions."""
        with stopwatch("step"):
            predicted = self.networks.predict(latents, self._timestep(level), conditions)
        if len(predicted) == 1:
            return predicted
        uncond, cond = predicted.chunk(2)
        guided = uncond + guidance * (cond - uncond)
        return self._spread_of(cond, guided) if self._rescales else guided

    @staticmethod
    def _spread_of(plain: Tensor, guided: Tensor) -> Tensor:
        """The guided prediction with the spread of the plain one: else the light and colour of
        strong guidance burn the picture, and in a loop what burns once burns for good."""
        return guided * (plain.std() / guided.std())


class AnyPipeline:
    """Any other image-to-image pipeline, called as its own documentation says.

    Strength is a staircase here, the seed jumps, and prompts are not mixed: the strongest one
    counts, of those that are wanted and of those that are not.
    """

    def __init__(self, pipeline: Any) -> None:
        self._pipeline = pipeline
        self._takes = set(inspect.signature(pipeline.__call__).parameters)

    @property
    def backend(self) -> str:
        """See Denoiser."""
        return "diffusers"

    def generates(self, request: Request) -> bool:
        """See Denoiser."""
        return request.strength > 0.0

    @torch.inference_mode()
    def __call__(
        self, image: Tensor, request: Request, place: Place, stopwatch: Stopwatch = untimed
    ) -> Tensor:
        """See Denoiser."""
        if not self.generates(request):
            return image
        height, width = image.shape[-2:]

        def step(pipeline: Any, number: int, timestep: Any, tensors: dict[str, Any]) -> Any:
            with stopwatch("step"):
                return tensors

        wanted = {
            "prompt": _strongest(request.prompts),
            "negative_prompt": _strongest(request.negative) or None,
            "image": image,
            "strength": least_strength(request.strength, request.steps),
            "num_inference_steps": request.steps,
            "guidance_scale": request.guidance,
            "generator": torch.Generator().manual_seed(place.seed),
            "height": height,
            "width": width,
            "output_type": "pt",
            "callback_on_step_end": step,
        }
        with stopwatch("denoise"):
            made = self._pipeline(**{k: v for k, v in wanted.items() if k in self._takes}).images
        new: Tensor = made.to(image)
        if new.shape[-2:] != image.shape[-2:]:
            new = F.interpolate(new, size=(height, width), mode="bilinear", antialias=True)
        return new

    def prepare(self, request: Request) -> str:
        """See Denoiser. Nothing is known of this one that could be."""
        return ""

    def reduce_memory(self) -> str:
        """See Denoiser."""
        return ""

    def forget(self) -> None:
        """See Denoiser."""


def _strongest(mix: Mix) -> str:
    """The text of the greatest weight in a mix; "" where it is empty."""
    return max(mix, key=lambda part: part[1], default=("", 0.0))[0]


def least_strength(strength: float, steps: int) -> float:
    """The strength nearest to the wanted one with int(steps · strength) ≥ 1 (diffusers#11092)."""
    least = 1.0 / steps
    if int(steps * least) < 1:  # 49 · (1 / 49) is just below 1
        least *= 1.0 + 1e-9
    return min(max(strength, least), 1.0)
