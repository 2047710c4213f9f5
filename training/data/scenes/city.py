"""Families of the night city and the stage: grids, skylines, circuits, light beams."""

from __future__ import annotations

import torch
from torch import Tensor

from training.data.scenes.fields import TAU, Canvas, bump, glow, mix, sample, step, wave
from training.data.scenes.scene import Scene


def neon_grid(canvas: Canvas) -> Tensor:
    """A glowing floor grid that runs to the horizon under a striped sun."""
    x, y = canvas.x, canvas.y
    horizon = canvas.uniform(-0.25, 0.1)
    down = (horizon - y).clamp(min=0.02)
    depth = 1 / down
    u, v = x * depth * canvas.uniform(0.9, 1.5), depth * canvas.uniform(1, 1.5)
    v = v + canvas.uniform(0, 1)
    # Lines widen with the pixel's own footprint and fade before they could alias.
    wide = 0.05 + canvas.pixel * depth * 1.2
    far = step(down - 0.15, 0.14)
    line_u = glow((u - u.round()).abs(), wide) ** 1.6
    line_v = glow((v - v.round()).abs(), wide + canvas.pixel * depth * depth) ** 1.6
    floor = 0.06 + (line_u + line_v) * (0.15 + 0.75 * far) + 0.4 * torch.exp(-down * 9)
    size = canvas.uniform(0.35, 0.55)
    centre = horizon + size * canvas.uniform(0.5, 0.9)
    radius = torch.sqrt(x * x + (y - centre) ** 2 + 1e-6)
    stripes = step(torch.sin((y - centre) / size * 18) + 0.9 + (y - centre) / size * 2.2, 0.35)
    sky = 0.1 + 0.4 * torch.exp(-(y - horizon).clamp(min=0) * 3) + 0.3 * torch.exp(-radius * 2)
    disc = (0.75 + 0.25 * (y - centre) / size) * stripes
    sky = mix(sky, disc, step(size - radius, 0.015) * canvas.choice([1.0, 1.0, 1.0, 0.0]))
    return mix(sky, floor, step(horizon - y, 0.012))


def skyline(canvas: Canvas) -> Tensor:
    """Towers with lit windows before a glowing sky."""
    x, y = canvas.x, canvas.y
    tone = 0.25 + 0.45 * torch.exp(-(y + 0.5).clamp(min=0) * canvas.uniform(0.9, 1.6))
    moon = torch.sqrt((x - canvas.uniform(-0.6, 0.6)) ** 2 + (y - 0.5) ** 2 + 1e-6)
    tone = mix(tone, 0.95, step(0.24 - moon, 0.015) * canvas.integer(0, 1))
    for row, count in enumerate((5.0, 3.6)):
        u = x * count + canvas.uniform(9, 19)
        _, _, tall, width = canvas.spots(u, torch.zeros_like(u))
        across = (u - u.floor() - 0.5).abs()
        top = 0.65 - 0.45 * row - 0.9 * tall + 0.2 * step(0.18 - across, 0.01)
        tower = step(0.5 - 0.1 * width - across, 0.02 * count) * step(top - y, 0.012)
        wall = 0.17 - 0.1 * row
        wu, wv = u * 4, y * 10 + 40
        _, _, lit, power = canvas.spots(wu, wv)
        pane = step(0.3 - (wu - wu.floor() - 0.5).abs(), 0.15)
        pane = pane * step(0.3 - (wv - wv.floor() - 0.5).abs(), 0.15)
        window = pane * step(lit - 0.5, 0.1) * (0.5 + 0.5 * power) * step(top - 0.08 - y, 0.02)
        tone = mix(tone, wall + window * (0.55 + 0.4 * row), tower)
    return tone


def circuit(canvas: Canvas) -> Tensor:
    """Traces and solder points of a circuit board."""
    count = canvas.uniform(3, 4.5)
    u, v = canvas.x * count + 40.5, canvas.y * count + 40.5
    side = 16
    links = step(canvas.table(3, side, side) - 0.42, 0.01).flatten(2)

    def at(channel: int, du: int, dv: int) -> Tensor:
        cell = ((u.floor().long() + du) % side) * side + (v.floor().long() + dv) % side
        return links[:, channel].gather(1, cell.flatten(1)).view_as(u)

    cu, cv = u - u.floor() - 0.5, v - v.floor() - 0.5
    far = torch.full_like(u, 0.5)
    arms = ((0, 0, 0, cu, cv), (0, -1, 0, -cu, cv), (1, 0, 0, cv, cu), (1, 0, -1, -cv, cu))
    for channel, du, dv, along, across in arms:
        reach = torch.sqrt((-along).clamp(min=0) ** 2 + across * across + 1e-6)
        far = torch.minimum(far, reach + 9 * (1 - at(channel, du, dv)))
    pads = torch.sqrt(cu * cu + cv * cv + 1e-6)
    trace = step(0.07 - far, 0.04) * 0.65 + 0.3 * torch.exp(-far * 9)
    pad = bump(pads - 0.17, 0.07) * at(2, 0, 0) * 1.1
    hole = 1 - 0.8 * step(0.1 - pads, 0.04) * at(2, 0, 0)
    pulse = 0.55 + 0.6 * canvas.noise(3, 1)
    return (0.1 + trace * hole + pad) * pulse


def lasers(canvas: Canvas) -> Tensor:
    """Beams of stage light that fan out through haze."""
    x, y = canvas.x, canvas.y
    tone = 0.08 * canvas.noise(3, 2)
    edge = canvas.sign()
    for source in range(3):
        px = canvas.uniform(-0.25, 0.25) + (source - 1) * 0.75
        dx, dy = x - px, (y * edge + 1.1)
        angle, reach = torch.atan2(dx, dy), torch.sqrt(dx * dx + dy * dy)
        for _ in range(3):
            beam = (angle - canvas.uniform(-0.8, 0.8)) * reach
            tone = tone + glow(beam, 0.035 + 0.02 * reach) ** 1.7 * torch.exp(-reach * 0.5)
        tone = tone + 0.7 * torch.exp(-reach * 5)
    return tone


def equalizer(canvas: Canvas) -> Tensor:
    """Bars of a music meter, rising from the middle or the floor."""
    count = canvas.integer(5, 8)
    u = canvas.x * count + 20
    _, _, level, accent = canvas.spots(u, torch.zeros_like(u))
    middle = canvas.integer(0, 1)
    height = mix((canvas.y + 0.9) / 1.75, canvas.y.abs() / 0.9, middle)
    hill = 0.35 + 0.65 * bump(canvas.x, 0.7)
    reach = (0.25 + 0.75 * level) * hill
    bar = step(0.36 - (u - u.floor() - 0.5).abs(), 0.08)
    blocks = 0.75 + 0.25 * step(torch.sin(height * 44), 0.5)
    lit = step(reach - height, 0.02) * step(height + 0.005, 0.01)
    haze = 0.32 * torch.exp(-(height - reach).clamp(min=0) * 4)
    shade = (0.45 + 0.55 * height / (reach + 0.01)).clamp(max=1.1) * (0.85 + 0.15 * accent)
    return bar * lit * blocks * shade + haze * (1 - bar * lit)


def eye(canvas: Canvas) -> Tensor:
    """A great open eye with a fibrous iris."""
    x, y = canvas.x - canvas.uniform(-0.06, 0.06), canvas.y - canvas.uniform(-0.06, 0.06)
    radius, angle = torch.sqrt(x * x + y * y + 1e-6), torch.atan2(y, x)
    size, pupil = canvas.uniform(0.42, 0.52), canvas.uniform(0.13, 0.22)
    texture = canvas.texture(10, 2)
    fibre = sample(texture, torch.cos(angle) * 0.9, torch.sin(angle) * 0.9)
    fine = wave(angle * canvas.integer(18, 28) + fibre * 9)
    band = (radius - pupil) / (size - pupil)
    iris = (0.3 + 0.35 * fine + 0.4 * fibre) * (1.15 - 0.6 * band) + 0.3 * bump(band, 0.18)
    iris = iris * (1 - 0.75 * bump(radius - size, 0.06))
    ball = 1.0 - 0.35 * radius**2
    tone = mix(ball, iris, step(size - radius, 0.015))
    tone = mix(tone, 0.02, step(pupil - radius, 0.02))
    shine = bump(torch.sqrt((x + 0.15) ** 2 + (y - 0.17) ** 2), 0.07)
    tone = tone + shine
    lid = canvas.uniform(0.58, 0.72) * (1 - (x / 1.02) ** 2) - y.abs()
    skin = 0.06 + 0.16 * torch.exp(lid.clamp(max=0) * 4) * (0.7 + 0.3 * torch.sin(lid * 14))
    return mix(skin, tone * (0.4 + 0.6 * step(lid - 0.1, 0.15)), step(lid, 0.02))


def rays(canvas: Canvas) -> Tensor:
    """Broad sunbeams that turn about a bright centre."""
    radius, angle = canvas.polar(0.3)
    count = canvas.integer(6, 12)
    beams = step(torch.sin(angle * count + canvas.uniform(0, TAU)), canvas.uniform(0.25, 0.8))
    return 0.12 + beams * (0.75 - 0.3 * radius) + 1.1 * torch.exp(-radius * canvas.uniform(4, 8))


SCENES = (
    Scene(("neon grid", "synthwave grid", "retrowave horizon", "outrun grid", "80s grid"),
          ("vaporwave", "neon", "cyberpunk", "sunset"), neon_grid, "view", light=0.28),
    Scene(("city skyline", "skyline", "city at night", "skyscrapers", "metropolis"),
          ("cyberpunk", "midnight", "neon", "sunset"), skyline, "view", light=0.3),
    Scene(("circuit board", "circuit", "computer chip", "electronic circuit"),
          ("green", "emerald", "turquoise", "gold"), circuit, half=True, light=0.26),
    Scene(("laser beams", "lasers", "stage lights", "concert light beams", "laser show"),
          ("green", "red", "neon", "cyberpunk"), lasers, "view", light=0.27),
    Scene(("equalizer", "music equalizer", "sound bars", "audio spectrum"),
          ("neon", "green", "rainbow", "cyberpunk"), equalizer, "view", light=0.27),
    Scene(("eye", "giant eye", "iris", "all-seeing eye", "human eye"),
          ("blue", "green", "gold", "turquoise"), eye, "object", light=0.32),
    Scene(("sun rays", "light rays", "sunburst", "rays of light", "sunbeams"),
          ("yellow", "gold", "orange", "white"), rays, "object", light=0.35),
)  # fmt: skip
