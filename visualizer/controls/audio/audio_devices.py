"""Sound inputs: microphones and line-ins, through PortAudio (sounddevice, optional).

Everything is called from one thread, as PortAudio requires. A block is a row of mono samples; the
driver's thread hands it over without waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Block: TypeAlias = NDArray[np.float32]

BLOCK = 512
"""Samples that a driver hands over at once: 11 ms."""


class NoSound(Exception):
    """There is no sound, and won't be in this run; str() says what is missing."""


class NoInput(Exception):
    """There is no input now; str() says why. A later try may find one."""


class Input(Protocol):
    """An open input. name: for people. rate: of its samples, in Hz."""

    name: str
    rate: float

    def close(self) -> None:
        """Give it back."""


OpenInput: TypeAlias = Callable[[str | None, Callable[[Block], None]], Input]
"""Opens the input with a text in its name (None: the system's own choice), which hands its blocks
to a function until it is closed. Raises NoSound and NoInput."""


ListInputs: TypeAlias = Callable[[], tuple[str, ...]]
"""Names of the inputs that are there now. No input may be open."""


def list_inputs() -> tuple[str, ...]:
    """A ListInputs: PortAudio's. Raises NoSound and NoInput."""
    sounddevice = _sounddevice()
    try:
        _look_anew(sounddevice)
        rows = sounddevice.query_devices()
    except sounddevice.PortAudioError as error:
        raise NoInput(_why(error)) from None
    return tuple(dict.fromkeys(row["name"] for row in rows if row["max_input_channels"] > 0))


def open_input(wanted: str | None, hear: Callable[[Block], None]) -> Input:
    """An OpenInput: PortAudio's."""
    sounddevice = _sounddevice()
    try:
        _look_anew(sounddevice)
        device = _find(sounddevice, wanted)
        return _PortAudio(sounddevice, device, hear)
    except sounddevice.PortAudioError as error:
        raise NoInput(_why(error)) from None


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ImportError:
        raise NoSound("sounddevice is not installed; pip install 'visualizer[sound]'") from None
    except OSError:  # it is there, and the library under it is not
        raise NoSound("PortAudio is not installed (Debian and Ubuntu: libportaudio2)") from None
    return sounddevice


def _look_anew(sounddevice: Any) -> None:
    """PortAudio lists devices once: what was plugged in since is seen after a fresh start."""
    sounddevice._terminate()
    sounddevice._initialize()


def _why(error: Exception) -> str:
    return str(error.args[0] if error.args else error)


def _find(sounddevice: Any, wanted: str | None) -> dict[str, Any]:
    """The device to open, as sounddevice describes it."""
    inputs = [row for row in sounddevice.query_devices() if row["max_input_channels"] > 0]
    if not inputs:
        raise NoInput("no input device")
    if wanted is None:
        own = sounddevice.default.device[0]
        return next((row for row in inputs if row["index"] == own), inputs[0])
    for row in inputs:
        if wanted.casefold() in row["name"].casefold():
            return dict(row)
    there = ", ".join(dict.fromkeys(row["name"] for row in inputs))
    raise NoInput(f"no input named {wanted}; available: {there}")


class _PortAudio:
    """A stream of one device's first two channels, as one."""

    def __init__(
        self, sounddevice: Any, device: dict[str, Any], hear: Callable[[Block], None]
    ) -> None:
        self.name: str = device["name"]
        self.rate = float(device["default_samplerate"])

        def take(samples: Block, *_: object) -> None:
            hear(samples.mean(axis=1))  # a copy: the driver uses its own again

        self._stream = sounddevice.InputStream(
            device=device["index"],
            channels=min(int(device["max_input_channels"]), 2),
            samplerate=self.rate,
            blocksize=BLOCK,
            dtype="float32",
            latency="low",
            callback=take,
        )
        self._stream.start()

    def close(self) -> None:
        """Stop at once, and give the device back."""
        self._stream.close(ignore_errors=True)
