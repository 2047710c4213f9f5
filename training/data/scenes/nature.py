"""Families from nature: fire, sky, land and plants."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from training.data.scenes.fields import TAU, Canvas, bump, glow, mix, sample, step, wave
from training.data.scenes.scene import Scene


def flames(canvas: Canvas) -> Tensor:
    """Tongues of fire that rise from the lower edge."""
    x, y = canvas.x, canvas.y
    rise = (y + 1) / 2
    sway = (sample(canvas.texture(4, 2), x * 0.7, y * 0.5) - 0.5) * rise * 0.7
    tongues = sample(canvas.texture(9, 2), x * 0.7 + sway, y * 0.22)
    reach = canvas.uniform(0.35, 0.6) + 0.75 * tongues
    heat = (1 - rise / reach).clamp(min=0)
    inner = sample(canvas.texture(6, 2), x * 0.8 + sway, y * 0.3)
    sparks = canvas.stars(4, 0.05) * step(rise - 0.4, 0.3) * 0.4
    return step(heat - 0.1, 0.14) * 0.4 + heat * (0.4 + 0.7 * inner) + sparks


def clouds(canvas: Canvas) -> Tensor:
    """Heaped clouds lit from above."""
    x, y = canvas.x * 0.5, canvas.y * 0.65
    texture = canvas.texture(4, 4)
    warp = (sample(canvas.texture(5, 1), x, y) - 0.5) * 0.25
    x, y = x + warp, y + (sample(canvas.texture(5, 1), x, y) - 0.5) * 0.25
    body = sample(texture, x, y)
    above = sample(texture, x + 0.03, y - 0.08)
    cover = step(body - canvas.uniform(0.42, 0.55), 0.13)
    lit = 0.66 + 1.6 * (body - above) + 0.3 * (body - 0.5)
    return mix(0.32 - 0.2 * canvas.y, lit, cover)


def aurora(canvas: Canvas) -> Tensor:
    """Curtains of light over dark hills."""
    y = canvas.y
    tone = 0.06 + canvas.stars(5, 0.07) * 0.4
    for _ in range(3):
        base = canvas.uniform(-0.45, 0.25) + (canvas.curve(3, 2) - 0.5) * 0.8
        above = y - base
        rays = 0.45 + 0.55 * canvas.curve(12, 2)
        fade = torch.exp(-above.clamp(min=0) * canvas.uniform(1.8, 3)) * step(above, 0.06)
        tone = tone + rays * fade * canvas.uniform(0.5, 0.9)
    hill = -0.85 + 0.35 * canvas.curve(4, 3)
    return tone * step(y - hill, 0.02)


def lightning(canvas: Canvas) -> Tensor:
    """Forked bolts out of dark clouds."""
    x, y = canvas.x, canvas.y
    tone = 0.4 * canvas.noise(3, 3) * (0.3 + 0.35 * (y + 1))
    top = canvas.uniform(-0.5, 0.5)
    trunk = (canvas.curve(5, 3).transpose(1, 2) - 0.5) * 0.6
    for branch in range(4):
        fork = canvas.uniform(-0.2, 0.7) if branch else torch.full_like(top, 1.2)
        down = (fork - y).clamp(min=0)
        lean = canvas.uniform(-0.9, 0.9) if branch else canvas.uniform(-0.2, 0.2)
        jag = (canvas.curve(6, 2).transpose(1, 2) - 0.5) * 0.3 * down.clamp(max=1)
        path = top + trunk + lean * down + (jag if branch else 0)
        thick = 0.03 if branch == 0 else 0.018
        slope = torch.diff(path, dim=1, prepend=path[:, :1]).transpose(1, 2)
        slope = F.avg_pool1d(slope, 15, 1, 7).transpose(1, 2) / canvas.pixel
        # Divided by the steepness, a bolt keeps its width where it runs flat.
        bolt = glow((x - path) / torch.sqrt(1 + slope * slope), thick) ** 1.25 * step(
            fork - y, 0.04
        )
        length = 1.0 if branch == 0 else step(canvas.uniform(0.5, 1.1) - down, 0.3)
        tone = tone + bolt * length * (1.2 if branch == 0 else 0.8)
    return tone


def sunset(canvas: Canvas) -> Tensor:
    """A great sun low over the sea, with its path of light on the water."""
    x, y = canvas.x, canvas.y
    horizon, sun = canvas.uniform(-0.4, -0.1), canvas.uniform(-0.4, 0.4)
    size = canvas.uniform(0.22, 0.42)
    centre = horizon + size * canvas.uniform(0.2, 1.1)
    radius = torch.sqrt((x - sun) ** 2 + (y - centre) ** 2 + 1e-6)
    streaks = sample(canvas.texture(5, 2), x * 0.35, y * 1.3)
    sky = 0.62 * torch.exp(-(y - horizon).abs() * 1.3) + 0.25 * torch.exp(-radius * 1.5)
    sky = sky - 0.25 * step(streaks - 0.62, 0.12) * step(y - horizon - 0.1, 0.2)
    sky = mix(sky, 1.05 - 0.15 * (centre - y) / size, step(size - radius, 0.015))
    deep = (horizon - y).clamp(min=0)
    lines = wave(torch.log(deep + 0.06) * 22 + 2 * torch.sin(x * 5 + deep * 9))
    path = bump(x - sun, size * 0.8 + deep * 0.5)
    sea = 0.12 + 0.25 * torch.exp(-deep * 3) + path * lines * 0.75
    return mix(sky, sea, step(horizon - y, 0.012))


def mountains(canvas: Canvas) -> Tensor:
    """Ranges in haze, one behind another, under a large moon."""
    x, y = canvas.x, canvas.y
    side, height = canvas.uniform(-0.6, 0.6), canvas.uniform(0.35, 0.65)
    radius = torch.sqrt((x - side) ** 2 + (y - height) ** 2 + 1e-6)
    size = canvas.uniform(0.14, 0.24)
    tone = 0.3 - 0.12 * y + 0.35 * torch.exp(-(radius - size).clamp(min=0) * 3.5)
    tone = mix(tone, 1.0, step(size - radius, 0.015))
    for row in range(4):
        ridge = canvas.curve(4, 4) * (0.75 - 0.08 * row)
        ridge = 0.15 - 0.32 * row + (ridge - 0.35)
        below = ridge - y
        slope = 0.5 - 0.155 * row + 0.16 * torch.exp(-below.clamp(min=0) * 6)
        slope = slope + 0.1 * step(below - 0.25, 0.3)
        tone = mix(tone, slope * 0.9, step(below, 0.012))
    return tone


def forest(canvas: Canvas) -> Tensor:
    """Rows of firs in mist before a low light."""
    x, y = canvas.x, canvas.y
    light = torch.sqrt((x - canvas.uniform(-0.5, 0.5)) ** 2 + (y - 0.25) ** 2)
    tone = 0.5 + 0.65 * torch.exp(-light * 2)
    for row, count in enumerate((4.5, 3.2, 2.1)):
        u = x * count + canvas.uniform(9, 19)
        du, _, tall, _ = canvas.spots(u, torch.zeros_like(u), 0.15)
        top = 0.75 - 0.3 * row + (tall - 0.5) * 0.5
        down = (top - y).clamp(min=0)
        tier = torch.remainder(down * (7 - row), 1)
        width = (0.06 + down * 0.42) * (0.62 + 0.45 * tier)
        tree = step(width - (du / count * 2).abs(), 0.012) * step(top - y, 0.01)
        shade = 0.46 - 0.2 * row + 0.22 * step(-y - 0.35, 0.5) * (2 - row) / 2
        tone = mix(tone, shade, tree)
    return tone


def flower(canvas: Canvas) -> Tensor:
    """One open blossom with layers of petals."""
    radius, angle = canvas.polar(0.12)
    petals = canvas.integer(5, 9)
    tone = 0.14 * canvas.noise(2, 2) + 0.12 * torch.exp(-radius * 1.5)
    spin = canvas.uniform(0, TAU)
    for layer in range(4):
        turn = (angle + spin) * petals / 2 + layer * TAU / 4
        lobe = torch.cos(turn).abs()
        size = (0.98 - 0.22 * layer) * (0.5 + 0.5 * lobe**0.6)
        inside = step(size - radius, 0.018)
        vein = 0.12 * wave(torch.cos(turn * 2) * 6)
        shade = 0.25 + 0.6 * (radius / size).clamp(max=1) ** 1.5 * (0.5 + 0.5 * lobe) + vein
        edge = 1 - 0.4 * bump(size - radius + 0.05, 0.05)
        tone = mix(tone * (1 - 0.35 * bump(radius - size, 0.08)), shade * edge, inside)
    return mix(tone, 1.0 - 0.3 * wave(radius * 60), step(0.13 - radius, 0.03))


def dunes(canvas: Canvas) -> Tensor:
    """Curved crests of sand with a lit and a shaded side."""
    x, y = canvas.x, canvas.y
    sun = torch.sqrt((x - canvas.uniform(-0.7, 0.7)) ** 2 + (y - 0.75) ** 2 + 1e-6)
    tone = 0.5 + 0.3 * (1 - y) + 0.5 * bump(sun, 0.3)
    for row in range(5):
        near = row / 4
        phase = canvas.uniform(0, TAU)
        bend = torch.sin(x * canvas.uniform(1.2, 2.4) + phase)
        crest = 0.42 - 1.15 * near + bend * (0.13 + 0.1 * near)
        below = crest - y
        ridge = x + bend * 0.35 + canvas.uniform(-0.6, 0.6) + below * canvas.uniform(-1.5, 1.5)
        side = step(torch.sin(ridge * 2.6), 0.25)
        sand = mix(0.12, 0.72, side) + 0.25 * torch.exp(-below.clamp(min=0) * 7)
        sand = sand + 0.05 * torch.sin(below * 45 + bend * 3)
        tone = mix(tone, sand * (1 - 0.25 * near), step(below, 0.012))
    return tone


def feathers(canvas: Canvas) -> Tensor:
    """Fanned feathers with a bright eye each, like a peacock's tail."""
    x, y = canvas.x - canvas.uniform(-0.4, 0.4), canvas.y + canvas.uniform(1.05, 1.4)
    radius, angle = torch.sqrt(x * x + y * y + 1e-6), torch.atan2(x, y)
    tone = 0.08 + 0.1 * canvas.noise(3, 2)
    count = canvas.uniform(3.2, 5)
    for row in range(4):
        reach = canvas.uniform(1.85, 2.05) - 0.44 * row
        u = angle * count + 0.5 * row + 20
        du = (u - u.floor() - 0.5) / count * reach
        dv = radius - reach
        span = torch.sqrt((du * 1.25) ** 2 + dv * dv + 1e-6)
        blade = step(0.26 - span, 0.04)
        barbs = 0.3 + 0.16 * torch.sin(dv * 40 + du.abs() * 50)
        eye = step(0.16 - span, 0.02) * 0.35 + step(0.1 - span, 0.02) * 0.5
        core = step(0.055 - span, 0.02)
        tone = mix(tone, (barbs + eye) * (1 - 0.8 * core), blade)
        stem = bump(du, 0.018) * step(-dv - 0.2, 0.05) * step(dv + 0.6, 0.1)
        tone = tone + 0.3 * stem
    return tone


SCENES = (
    Scene(("flames", "fire", "burning fire", "tongues of flame", "blaze"),
          ("fire", "fire", "orange", "blood red"), flames, "view"),
    Scene(("clouds", "cloudscape", "cumulus clouds", "sky with clouds"),
          ("blue", "pastel", "sunset", "white"), clouds, light=0.42),
    Scene(("aurora", "northern lights", "aurora borealis", "polar lights"),
          ("emerald", "green", "turquoise", "purple"), aurora, "view", light=0.28),
    Scene(("lightning", "lightning bolts", "thunderstorm", "electric storm", "electric arcs"),
          ("blue", "purple", "midnight", "lavender"), lightning, "view", light=0.24),
    Scene(("sunset", "sunset over the sea", "sun on the horizon", "sunrise over water"),
          ("sunset", "sunset", "orange", "vaporwave"), sunset, "view"),
    Scene(("mountains", "mountain landscape", "mountains under the moon", "misty mountains"),
          ("midnight", "lavender", "ice", "blue"), mountains, "view", light=0.33),
    Scene(("forest", "pine forest", "fir trees", "woods in the mist"),
          ("forest", "green", "emerald", "midnight"), forest, "view", light=0.34),
    Scene(("flower", "blossom", "blooming flower", "lotus flower", "giant flower"),
          ("pink", "red", "purple", "candy", "yellow"), flower, "object"),
    Scene(("desert dunes", "sand dunes", "dunes", "desert"),
          ("gold", "orange", "copper", "sunset"), dunes, "view", light=0.42),
    Scene(("feathers", "peacock feathers", "peacock tail", "plumage"),
          ("turquoise", "emerald", "ocean", "purple"), feathers, "view"),
)  # fmt: skip
