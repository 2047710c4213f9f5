"""The renderer on the GPU: OpenGL 3.3 through moderngl, in the window's own context.

Passes (shaders/): compose scales and moves both pictures straight to the wall's size; trails; blur,
for bloom; looks; put lays the wall on the screen, map does where it has a projection; then put the
canvas over it. Passes that a look needs run while it is on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
import pygame

from visualizer.frame import Pixels
from visualizer.show.loop_motion import (
    RIPPLE_DEPTH,
    RIPPLE_LENGTH,
    RIPPLE_RATE,
    SWIRL_RADIUS,
    is_still,
)
from visualizer.show.parameters import DEFAULTS
from visualizer.show.projection import PLAIN
from visualizer.show.request import Request
from visualizer.stage import looks
from visualizer.stage.geometry import Size, seen
from visualizer.stage.homography import Grey, cropped, is_plain, to_picture, wall_size
from visualizer.stage.renderer import Moment

SHADERS = Path(__file__).parent / "shaders"

SHARPNESS = 0.6
"""Of the sharpening after scaling, 0 to 1."""

ON_PROCESSOR = ("llvmpipe", "softpipe", "swiftshader", "software rasterizer", "gdi generic")
"""In the names of OpenGL's implementations that draw on the processor."""


class NoOpenGL(Exception):
    """OpenGL can't be used; str() is the reason for people."""


class GLRenderer:
    """Draws in the OpenGL context of the window that is open; a new window needs a new one.

    slow: draw on the processor too, which takes longer than software_renderer.py. Raises NoOpenGL.
    """

    name = "OpenGL"

    def __init__(self, size: Size, slow: bool = False) -> None:
        try:
            self._gl = moderngl.create_context(require=330)
            device = str(self._gl.info["GL_RENDERER"])
            if not slow and any(name in device.casefold() for name in ON_PROCESSOR):
                raise NoOpenGL(f"OpenGL draws on the processor here ({device})")
            # What is not held any more is let go by gc() alone: by itself, what an old window held
            # would go in the new one's context, where its numbers are those of other things.
            self._gl.gc_mode = "context_gc"
            self._programs = {
                name: self._program(name)
                for name in ("compose", "trails", "blur", "looks", "put", "projection")
            }
            self._before: moderngl.Texture | None = None
            self._newest: moderngl.Texture | None = None
            self._trail: moderngl.Texture | None = None
            self._shown = Moment()
            self._projection = PLAIN
            self._mask: Grey | None = None
            self._mask_texture = self._gl.texture((1, 1), 1, b"\xff")
            self._curve = self._gl.texture((256, 1), 1, dtype="f4")
            self._curve.repeat_x = False
            self._open(size)
        except (moderngl.Error, OSError) as error:
            raise NoOpenGL(f"OpenGL 3.3 can't be used: {error}") from None

    @property
    def canvas(self) -> pygame.Surface:
        """See Renderer."""
        return self._canvas

    def aim(self, target: pygame.Surface) -> None:
        """See Renderer. The window has another size; its context is the same."""
        if target.get_size() != self._screen:
            self._open(target.get_size())

    def push(self, pixels: Pixels) -> None:
        """See Renderer."""
        height, width, _ = pixels.shape
        if self._newest is not None:
            self._before = self._merged()
        self._newest = self._gl.texture(
            (width, height), 3, np.ascontiguousarray(pixels).data, alignment=1
        )
        self._shown = Moment(mix=0.0)

    def draw(self, moment: Moment) -> None:
        """See Renderer."""
        self._gl.gc()
        self._shown, self._projection = moment, moment.projection
        self._take_mask(moment.mask)
        values = moment.looks
        if (size := wall_size(self._screen, moment.projection)) != self._size:
            self._open_wall(size)
        if moment.card is not None and moment.dim > 0.0:
            self._lay_card(moment.card)
            return
        if moment.dim <= 0.0:
            self._trail = None
        if self._newest is None or moment.dim <= 0.0 or moment.dark:
            self._wall.clear()  # black
            return
        self._compose(self._picture, moment, self._size, values)
        picture = _texture(self._picture)
        if values["trails"] > 0.0:
            picture = self._with_trails(picture, values["trails"])
        else:
            self._trail = None
        if values["bloom"] > 0.0:
            self._blur(picture)
        self._lay_looks(picture, moment)

    def read(self, size: Size | None = None) -> Pixels:
        """See Renderer."""
        source = self._wall
        if size is not None and size != self._size:
            source = self._target(size, 1)
            picture = _texture(self._wall)
            source.use()
            self._run("put", picture=picture, flipped=False)
        width, height = size or self._size
        raw = source.read(components=3, alignment=1)
        return np.frombuffer(raw, np.uint8).reshape(height, width, 3)

    def screen_pixels(self) -> Pixels:
        """What the window shows, the canvas included."""
        width, height = self._screen
        raw = self._gl.screen.read(viewport=(0, 0, width, height), components=3, alignment=1)
        return np.frombuffer(raw, np.uint8).reshape(height, width, 3)[::-1]

    def finish(self) -> None:
        """See Renderer."""
        self._gl.screen.use()
        self._gl.viewport = (0, 0, *self._screen)
        if is_plain(self._projection, self._mask):
            self._run("put", picture=_texture(self._wall), flipped=True)
        else:
            self._map()
        drawn = self._canvas.get_view("0")
        if np.asarray(drawn).any():
            self._over.write(drawn)
            self._gl.enable(moderngl.BLEND)
            self._gl.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
            self._run("put", picture=self._over, flipped=True)
            self._gl.disable(moderngl.BLEND)
            self._canvas.fill((0, 0, 0, 0))

    def _open(self, size: Size) -> None:
        """Make all that has the screen's size, and the wall's."""
        self._screen = size
        self._canvas = pygame.Surface(size, pygame.SRCALPHA, 32)
        self._over = self._gl.texture(size, 4)
        self._over.swizzle = "BGRA"
        self._open_wall(wall_size(size, self._projection))

    def _open_wall(self, size: Size) -> None:
        self._size = size
        self._picture, self._wall = self._target(size, 2), self._target(size, 1)
        wide = round(looks.GLOW_ROWS * size[0] / size[1])
        small = min(max(wide, 1), looks.WIDEST_GLOW), looks.GLOW_ROWS
        self._glow = self._target(small, 2), self._target(small, 2)

    def _target(self, size: Size, bytes_: int) -> moderngl.Framebuffer:
        """A picture to draw into: 8 bits a colour, or half floats."""
        texture = self._gl.texture(size, 4, dtype="f1" if bytes_ == 1 else "f2")
        texture.repeat_x = texture.repeat_y = False
        return self._gl.framebuffer([texture])

    def _program(self, name: str) -> moderngl.VertexArray:
        program = self._gl.program(
            vertex_shader=(SHADERS / "screen.vert").read_text(),
            fragment_shader=(SHADERS / f"{name}.frag").read_text(),
        )
        return self._gl.vertex_array(program, [])

    def _run(self, name: str, **uniforms: Any) -> None:
        """Draw over the whole target in use; textures are bound in the order given."""
        array = self._programs[name]
        unit = 0
        for uniform, value in uniforms.items():
            if uniform not in array.program:  # the compiler has left it out
                continue
            if isinstance(value, moderngl.Texture):
                value.use(unit)
                value, unit = unit, unit + 1
            array.program[uniform] = value
        array.render(moderngl.TRIANGLES, 3)

    def _compose(
        self,
        target: moderngl.Framebuffer,
        moment: Moment,
        size: Size,
        values: Mapping[str, float],
    ) -> None:
        newest = self._newest
        assert newest is not None
        before, mix = self._before or newest, moment.mix if self._before else 1.0
        target.use()
        self._run(
            "compose",
            before=before,
            newest=newest,
            mix_=min(max(mix, 0.0), 1.0),
            seen_before=seen(before.size, size, moment.fit),
            seen_newest=seen(newest.size, size, moment.fit),
            bars=moment.fit == "whole",
            ahead=moment.ahead,
            behind=moment.behind,
            screen_aspect=size[0] / size[1],
            wall_mirror=int(values["wall_mirror"]),
            wall_kaleidoscope=int(values["wall_kaleidoscope"]),
            wall_angle=math.radians(values["wall_angle"]),
            **_motion(moment.request, newest.width / newest.height),
        )

    def _lay_card(self, card: Pixels) -> None:
        height, width, _ = card.shape
        picture = self._gl.texture((width, height), 3, np.ascontiguousarray(card).data, alignment=1)
        self._wall.use()
        self._run("put", picture=picture, flipped=False)

    def _take_mask(self, mask: Grey | None) -> None:
        if mask is not None and mask is not self._mask:
            height, width = mask.shape
            levels = np.ascontiguousarray(mask).data
            self._mask_texture = self._gl.texture((width, height), 1, levels, alignment=1)
            self._mask_texture.repeat_x = self._mask_texture.repeat_y = False
        self._mask = mask

    def _map(self) -> None:
        projection = self._projection
        self._run(
            "projection",
            wall=_texture(self._wall),
            mask=self._mask_texture,
            masked=self._mask is not None,
            to_picture=tuple(to_picture(projection).T.ravel()),  # column by column
            cropped=cropped(projection),
            blend=projection.blend,
            gamma=projection.gamma,
            screen=self._screen,
        )

    def _merged(self) -> moderngl.Texture:
        """What was shown of the two pictures, without looks, in the newest one's size."""
        newest, shown = self._newest, self._shown
        assert newest is not None
        if shown.mix >= 1.0 and (shown.behind == 0.0 or shown.request is None):
            return newest
        both = self._target(newest.size, 1)
        self._compose(both, replace(shown, fit="stretch"), newest.size, DEFAULTS)
        return _texture(both)

    def _with_trails(self, picture: moderngl.Texture, keep: float) -> moderngl.Texture:
        new = self._target(self._size, 2)
        new.use()
        self._run("trails", picture=picture, last=self._trail or picture, keep=keep)
        self._trail = _texture(new)
        return self._trail

    def _blur(self, picture: moderngl.Texture) -> None:
        """The glow of what is bright, in few pixels: across, then down."""
        picture.build_mipmaps()
        picture.filter = moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR
        across, down = self._glow
        width, height = across.size
        across.use()
        self._run("blur", picture=picture, along=(1 / width, 0.0), threshold=looks.GLOW_FROM)
        down.use()
        blurred = _texture(across)
        self._run("blur", picture=blurred, along=(0.0, 1 / height), threshold=0.0)

    def _lay_looks(self, picture: moderngl.Texture, moment: Moment) -> None:
        values, height = moment.looks, self._size[1]
        block = values["pixelate"] * looks.LARGEST_BLOCK * height
        if block:
            picture.build_mipmaps()
            picture.filter = moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR
        colours = looks.colours(values)
        matrix = np.eye(3, dtype=np.float32) if colours.matrix is None else colours.matrix
        self._curve.write(_LEVELS if colours.curve is None else colours.curve)
        self._wall.use()
        self._run(
            "looks",
            picture=picture,
            glow=_texture(self._glow[1]),
            curve=self._curve,
            sharpness=SHARPNESS,
            block=max(block, 1.0) if block else 0.0,
            rgb_split=values["rgb_split"] * looks.WIDEST_SPLIT * height,
            edge_glow=values["edge_glow"],
            edge_gain=looks.EDGE_GAIN,
            edge_width=max(height / looks.EDGE_ROWS, 1.0),
            bloom=values["bloom"],
            colours=tuple(matrix.T.ravel()),  # column by column
            offset=colours.offset,
            vignette=values["vignette"],
            grain=values["grain"] * looks.GRAIN,
            number=float(moment.number % 1000),
            dim=moment.dim,
        )


def _texture(target: moderngl.Framebuffer) -> moderngl.Texture:
    """What is drawn into."""
    texture = target.color_attachments[0]
    assert isinstance(texture, moderngl.Texture)
    return texture


_LEVELS = np.linspace(0.0, 1.0, 256, dtype=np.float32)


def _motion(request: Request | None, aspect: float) -> dict[str, Any]:
    """The loop's motion for compose.frag."""
    if request is None or is_still(request):
        return {"moves": False}
    return {
        "moves": True,
        "pan": (2.0 * request.pan_x * aspect, -2.0 * request.pan_y),
        "zoom": request.zoom,
        "rotate": math.radians(request.rotate),
        "swirl": math.radians(request.swirl),
        "ripple": request.ripple * RIPPLE_DEPTH,
        "crests": RIPPLE_RATE * request.time % 1.0,
        "swirl_radius": SWIRL_RADIUS,
        "ripple_length": RIPPLE_LENGTH,
        "mirror": request.mirror,
        "kaleidoscope": request.kaleidoscope,
    }
