"""Captioned pictures for training, made by drawing, not by photographing.

A scene gives a field of tones from dark to bright, the looks (bright, soft, glowing ...) bend
that field, and a palette's gradient turns it into colour.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from training.data.palettes import HUES, PALETTES, STEPS, gradients
from training.data.plans import PALETTE_NAMES, SCENE_NAMES, Plan, make_plan
from training.data.scenes import SCENES
from training.data.scenes.fields import Canvas

__all__ = ["HUES", "PALETTE_NAMES", "SCENE_NAMES", "Pictures", "make_pictures"]

# Small groups stay in a processor's cache, large ones fill an accelerator.
GROUP, WIDE_GROUP = 4, 64
_LUMA = (0.299, 0.587, 0.114)
_ZOOM = {"dense": 1.55, "sparse": 0.62, "tiny": 1.75, "huge": 0.62}


@dataclass(frozen=True)
class Pictures:
    """A batch of n captioned pictures.

    ``images``: uint8 (n, 3, size, size) sRGB on the CPU; ``wordings``: n lists of lower-case
    texts, each of which says the same; ``looks``: n texts, the looks in alphabetical order;
    ``scenes`` and ``palettes``: int64 (n,), indices into SCENE_NAMES and PALETTE_NAMES.
    """

    images: Tensor
    wordings: list[list[str]]
    looks: list[str]
    scenes: Tensor
    palettes: Tensor

    @property
    def captions(self) -> list[str]:
        """The first wording of each."""
        return [texts[0] for texts in self.wordings]


def _has(plans: Sequence[Plan], name: str, device: torch.device) -> Tensor:
    """1 where a picture has the look, else 0, (n, 1, 1)."""
    flags = [float(name in plan.modifiers) for plan in plans]
    return torch.tensor(flags, device=device).view(-1, 1, 1)


def _tones(plans: Sequence[Plan], size: int, gen: torch.Generator, device: torch.device) -> Tensor:
    """Draw one scene's tones, 0..1, (n, size, size); all plans are of that scene."""
    row = SCENES[plans[0].scene]
    zoom = torch.ones(len(plans))
    for i, plan in enumerate(plans):
        for name in plan.modifiers:
            zoom[i] *= _ZOOM.get(name, 1.0)
    drawn = size // 2 if row.half else size
    canvas = Canvas(len(plans), drawn, gen, device, zoom)
    field = row.draw(canvas)
    # A slow drift in tone gives large flat surfaces a gradient.
    field = field + 0.1 * canvas.noise(2, 1)
    if row.half:
        field = F.interpolate(field[:, None], (size, size), mode="bilinear")[:, 0]
    coarse = F.adaptive_avg_pool2d(field, 64).flatten(1)
    low = coarse.amin(1).view(-1, 1, 1)
    high = coarse.amax(1).view(-1, 1, 1)
    return ((field - low) / (high - low + 1e-4)).clamp(0, 1)


def _forms(plans: Sequence[Plan], size: int, gen: torch.Generator, device: torch.device) -> Tensor:
    """As _tones; plans with a form each get the tones of that form, always the same."""
    if plans[0].form is None:
        return _tones(plans, size, gen, device)
    return torch.cat([_tones([p], size, _form_generator(p), device) for p in plans])


def _form_generator(plan: Plan) -> torch.Generator:
    return torch.Generator().manual_seed(1000 * plan.scene + (plan.form or 0))


def _bend(tone: Tensor, plans: Sequence[Plan], canvas: Canvas) -> Tensor:
    """Looks that change the form: mirror, contrast, mist, fewer shades."""
    device = tone.device
    mirror = _has(plans, "symmetrical", device) > 0
    if mirror.any():
        tone = torch.where(mirror & (canvas.x > 0), tone.flip(2), tone)
    steep = _has(plans, "high contrast", device) + 0.6 * _has(plans, "sharp", device)
    if steep.any():
        middle = tone.mean((1, 2), keepdim=True)
        curve = torch.sigmoid((tone - middle) * 9)
        tone = tone + (curve - tone) * steep.clamp(max=1)
    minimal = _has(plans, "minimal", device)
    if minimal.any():
        kept = ((tone - 0.4) / 0.6).clamp(min=0)
        tone = tone + (0.06 + 0.94 * kept - tone) * minimal
    misty = _has(plans, "misty", device)
    if misty.any():
        fog = canvas.noise(2, 2)
        thick = (0.3 + 0.65 * (0.6 * fog + 0.2 - 0.2 * canvas.y)) * misty
        tone = tone * (1 - thick) + (0.4 + 0.3 * fog) * thick
    return tone


def _expose(tone: Tensor, target: Tensor, ramps: Tensor) -> Tensor:
    """Bend tones so that the mean brightness of the coloured picture meets ``target`` (n,)."""
    weights = torch.tensor(_LUMA, device=tone.device)
    luma = ramps @ weights
    # A gradient that starts pale cannot get as dark; forcing it would flatten the picture.
    target = torch.maximum(target, luma[:, 0] + 0.15)
    coarse = F.adaptive_avg_pool2d(tone, 48).flatten(1).clamp(1e-3, 1)
    low, high = torch.full_like(target, -1.3), torch.full_like(target, 1.8)
    for _ in range(9):
        middle = (low + high) / 2
        bent = coarse ** middle.exp().unsqueeze(1)
        mean = luma.gather(1, (bent * (STEPS - 1)).long()).mean(1)
        darker = mean > target
        low, high = torch.where(darker, middle, low), torch.where(darker, high, middle)
    power = ((low + high) / 2).exp().view(-1, 1, 1)
    return tone.clamp(1e-3, 1) ** power


def _targets(plans: Sequence[Plan], canvas: Canvas) -> Tensor:
    """Mean brightness to aim for in each picture, (n,)."""
    usual = SCENES[plans[0].scene].light * canvas.uniform(0.85, 1.15)
    light = torch.tensor([PALETTES[plan.palette].light for plan in plans], device=usual.device)
    usual = (usual * light.view(-1, 1, 1)).clamp(max=0.6)
    dark, bright = _has(plans, "dark", usual.device), _has(plans, "bright", usual.device)
    usual = usual + (0.18 - usual) * dark + (0.5 - usual) * bright
    lift = (
        1 - 0.2 * _has(plans, "glowing", usual.device) - 0.2 * _has(plans, "minimal", usual.device)
    )
    return (usual * lift).clamp(min=0.19 - 0.02 * float(dark.any())).flatten()


def _colour(tone: Tensor, ramps: Tensor) -> Tensor:
    """Tones through their palettes' gradients, (n, 3, h, w)."""
    place = (tone * (STEPS - 1)).round().long().flatten(1)
    flat = ramps.transpose(1, 2).gather(2, place.unsqueeze(1).expand(-1, 3, -1))
    return flat.view(tone.shape[0], 3, *tone.shape[1:])


def _blur(image: Tensor, factor: int) -> Tensor:
    """A wide soft blur: average over squares, then spread them smoothly."""
    size = image.shape[-1]
    small = F.avg_pool2d(image, factor)
    small = F.avg_pool2d(F.pad(small, (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    return F.interpolate(small, (size, size), mode="bilinear", align_corners=False)


def _finish(image: Tensor, plans: Sequence[Plan]) -> Tensor:
    """Looks that act like a lens: softness, sharpness and bloom."""
    factor = max(image.shape[-1] // 64, 1)
    for name in ("soft", "sharp", "glowing"):
        where = _has(plans, name, image.device).flatten().nonzero().flatten()
        if len(where) == 0:
            continue
        part = image[where]
        if name == "soft":
            part = _blur(part, factor)
        elif name == "sharp":
            part = part + 0.7 * (part - _blur(part, factor))
        else:
            lights = (part - 0.35).clamp(min=0) * 1.5
            bloom = _blur(lights, factor) * 0.5 + _blur(lights, 4 * factor) * 0.75
            part = 1 - (1 - part.clamp(0, 1)) * (1 - bloom.clamp(0, 1))
        image = image.index_copy(0, where, part)
    return image


def _render(
    plans: Sequence[Plan], size: int, gen: torch.Generator, device: torch.device, ramps: Tensor
) -> Tensor:
    """Pictures of one scene as uint8 (n, 3, size, size)."""
    frame = Canvas(len(plans), size, gen, device, torch.ones(len(plans)))
    tone = _bend(_forms(plans, size, gen, device), plans, frame)
    own = ramps[torch.tensor([plan.palette for plan in plans], device=device)]
    tone = _expose(tone, _targets(plans, frame), own)
    image = _finish(_colour(tone, own), plans)
    return (image.clamp(0, 1) * 255 + 0.5).to(torch.uint8).cpu()


def render_all(plans: Sequence[Plan], seed: int, size: int, device: torch.device) -> Tensor:
    """All planned pictures in order; those of one scene are drawn together."""
    gen = torch.Generator().manual_seed(seed)
    ramps = gradients().to(device)
    width = GROUP if device.type == "cpu" else WIDE_GROUP
    images = torch.empty(len(plans), 3, size, size, dtype=torch.uint8)
    for scene in range(len(SCENES)):
        members = [i for i, plan in enumerate(plans) if plan.scene == scene]
        for start in range(0, len(members), width):
            group = members[start : start + width]
            images[group] = _render([plans[i] for i in group], size, gen, device, ramps)
    return images


@torch.inference_mode()
def make_pictures(
    count: int,
    seed: int,
    size: int = 256,
    device: str | torch.device = "cpu",
    *,
    scenes: Sequence[str] = (),
    forms: int = 0,
    wordings: int = 1,
) -> Pictures:
    """Make ``count`` captioned pictures of ``size`` by ``size``, the same for the same arguments.

    Scenes take turns in random order, so each comes up equally often; three captions in four
    name the palette, and that palette is drawn by plans.py. scenes: names of those to draw, all
    where empty. forms: how many different forms each scene has (the place, size and number of its
    things); 0 for a new one in each picture. wordings: captions of each picture.
    """
    draw = random.Random(seed)
    wanted = [SCENE_NAMES.index(name) for name in scenes] or list(range(len(SCENES)))
    order = wanted * -(-count // len(wanted))
    draw.shuffle(order)
    plans = [make_plan(scene, draw, forms, wordings) for scene in order[:count]]
    return Pictures(
        images=render_all(plans, seed, size, torch.device(device)),
        wordings=[list(plan.captions) for plan in plans],
        looks=[", ".join(sorted(plan.modifiers)) for plan in plans],
        scenes=torch.tensor([plan.scene for plan in plans], dtype=torch.int64),
        palettes=torch.tensor([plan.palette for plan in plans], dtype=torch.int64),
    )
