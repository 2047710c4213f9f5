"""Preset files: their form, their parsing, and errors that name file, line and field.

A preset is YAML::

    name: Deep sea
    order: shuffled          # or: in turn
    hold: 16 beats           # or 20 s, or 1 bar; any parameter may stand here ...
    quantise: bar
    strength: 0.55
    negative: blurry         # what to lead away from, where guidance is above 1
    loop: own                # or: reference, the values of the app that this one grew out of
    model: builtin           # a model to change to when the preset is chosen
    lora: film.safetensors:0.8    # what models play with from then on; or a list, [] for nothing
    source: waves.mp4        # mixed into the loop: a file beside this one, or camera:0
    modulate:                # up to four movements; all but the first field may be left out
      - {parameter: zoom, by: sine, depth: 0.1, every: 4 beats}
    prompts:
      - coral reef at night, glowing blue
      - text: whale in turquoise light
        strength: 0.7        # ... and beside a prompt's text, for that prompt alone
      - text: {coral reef at night: 2, golden mandala: 1}    # a mix, by weights

The parameters' names, ranges and choices come from the table in show/parameters.py, and the form
of the file from show/files/preset_schema.py. Texts are taken as they stand (`on`, `1984`), keys in
any capitals; keys of the file that begin with "x-" are for anchors (show/files/preset_nodes.py).
A prompt may have the syntax of other tools (show/prompt_syntax.py), and their lists of prompts play
as presets, too (show/files/prompt_lists.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from visualizer.show import prompt_syntax
from visualizer.show.files import preset_nodes, prompt_lists, yaml_faults
from visualizer.show.files.preset_schema import PresetEntry
from visualizer.show.files.stored_values import unsaid
from visualizer.show.files.text_file import MOST_CHARACTERS, MOST_YAML, read_text
from visualizer.show.files.yaml_faults import FaultyFile
from visualizer.show.lora import Lora
from visualizer.show.parameters import REFERENCE
from visualizer.show.records import NO_VALUES, Cued, Preset
from visualizer.show.source_names import camera_number


class PresetError(FaultyFile):
    """A preset file that can't be used."""


def parse(text: str, file: str, tell: Callable[[str], object] = unsaid) -> Preset:
    """Read a preset from YAML text. file is its path, for messages and as its name's fallback.

    tell: gets a line for each prompt that is left out or may be cut. Raises PresetError.
    """
    told: list[str] = []
    try:
        loader, node = preset_nodes.compose(text, file, told.append)
        faults = [] if node is None else yaml_faults.twice(node)
        content = yaml_faults.construct(loader, node, file)
    except yaml_faults.Fault as fault:
        raise PresetError(*told, str(fault)) from None
    if not isinstance(content, dict):
        raise PresetError(f"{file}:1: a preset is a mapping with a list 'prompts'")
    content = {str(key): value for key, value in content.items()}
    entry = None
    try:
        entry = PresetEntry.model_validate(content)
    except ValidationError as error:
        faults += yaml_faults.faults_of(error, node)
    if entry is None or faults:
        raise PresetError(*told, *(f"{file}:{line}: {why}" for line, why in sorted(faults)))
    general = _negative(entry.negative, f"{file}:{yaml_faults.line_of(node, ('negative',))}", told)
    negatives = [
        general
        if prompt.negative is None
        else _negative(
            prompt.negative,
            f"{file}:{yaml_faults.line_of(node, ('prompts', place, 'negative'))}",
            told,
        )
        for place, prompt in enumerate(entry.prompts)
    ]
    prompts = [
        Cued(prompt.text, prompt.values, negative)
        if len(prompt.text) > 1
        else prompt_lists.cued(
            prompt.text[0][0],
            f"{file}:{yaml_faults.line_of(node, ('prompts', place))}",
            told.append,
            prompt.values,
            negative,
        )
        for place, (prompt, negative) in enumerate(zip(entry.prompts, negatives, strict=True))
    ]
    source = _source(entry.source, file, f"{file}:{yaml_faults.line_of(node, ('source',))}", told)
    loras = None if entry.lora is None else tuple(_lora(lora, file) for lora in entry.lora)
    base = REFERENCE if entry.loop == "reference" else NO_VALUES
    return Preset(
        name=entry.name or prompt_lists.name_of(file),
        prompts=_some(prompts, file, told, tell),
        order=entry.order,
        values=MappingProxyType({**base, **entry.values}),
        negative=general,
        model=entry.model,
        loras=loras,
        source=source,
    )


def _source(given: str, file: str, where: str, told: list[str]) -> str:
    """A preset's source, its path from the preset's folder on; a line says where it is missing: it
    may come with a disk that is plugged in later."""
    if not given or camera_number(given) is not None:
        return given
    path = Path(file).parent / given
    with suppress(OSError):  # a name that is too long
        if path.is_file():
            return str(path)
    told.append(f"{where}: source: {path}: no such file; paths begin at the preset's folder")
    return str(path)


def _lora(lora: Lora, file: str) -> Lora:
    """A preset's LoRA: the one in the preset's folder where there is one of that name, else as it
    is named. A bare file name that is nowhere is taken for one in the preset's folder, so that the
    line says where it is missed."""
    path = Path(file).parent / lora.name
    with suppress(OSError):  # a name that is too long
        bare = lora.name.endswith(".safetensors") and not Path(lora.name).exists()
        if path.exists() or (bare and path.parent == Path(file).parent):
            return lora._replace(name=str(path))
    return lora


def _negative(text: str, where: str, told: list[str]) -> str:
    """A negative prompt as it is played; a line says what is left out of it."""
    negative, left_out = prompt_syntax.read_negative(text)
    if left_out:
        told.append(f"{where}: left out of the negative prompt: {', '.join(left_out)}")
    return negative


def parse_text(text: str, file: str, tell: Callable[[str], object] = unsaid) -> Preset:
    """A preset of a prompt a line. As parse."""
    told: list[str] = []
    prompts = prompt_lists.from_lines(text, file, told.append)
    return Preset(prompt_lists.name_of(file), _some(prompts, file, told, tell))


def parse_json(text: str, file: str, tell: Callable[[str], object] = unsaid) -> Preset:
    """A preset of deforum's prompts by frame. As parse."""
    told: list[str] = []
    prompts, faults = prompt_lists.from_json(text, file, told.append)
    if faults:
        raise PresetError(*told, *(f"{file}:{line}: {why}" for line, why in sorted(faults)))
    return Preset(prompt_lists.name_of(file), _some(prompts, file, told, tell))


def _some(
    prompts: Sequence[Cued | None], file: str, told: Sequence[str], tell: Callable[[str], object]
) -> tuple[Cued, ...]:
    """The prompts that can be played. Raises PresetError where there are none."""
    found = tuple(prompt for prompt in prompts if prompt is not None)
    if not found:
        raise PresetError(*told, f"{file}:1: there is no prompt in it")
    for line in told:
        tell(line)
    return found


PARSE: Mapping[str, Callable[[str, str, Callable[[str], object]], Preset]] = MappingProxyType(
    {".yaml": parse, ".yml": parse, ".txt": parse_text, ".json": parse_json}
)
"""What reads a preset, by how its file's name ends."""


def load(path: Path, tell: Callable[[str], object] = unsaid) -> Preset:
    """Read one preset file. Raises PresetError, also where the file can't be read."""
    try:
        read = PARSE.get(path.suffix.lower(), parse)
        most = MOST_YAML if read is parse else MOST_CHARACTERS
        preset = read(read_text(path, "utf-8-sig", most), str(path), tell)
        return replace(preset, file=str(path))
    except OSError as error:
        raise PresetError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PresetError(f"{path}: is not UTF-8 text") from None


def load_folder(
    folder: Path, tell: Callable[[str], object] = unsaid
) -> tuple[tuple[Preset, ...], tuple[PresetError, ...]]:
    """All presets of a folder in the order of their file names, and the faults of the others.

    tell: as in parse. Raises PresetError where there is no such folder.
    """
    if not folder.is_dir():
        raise PresetError(f"{folder}: no such folder of presets")
    presets: list[Preset] = []
    faults: list[PresetError] = []
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in PARSE):
        try:
            presets.append(load(path, tell))
        except PresetError as error:
            faults.append(error)
    return tuple(presets), tuple(faults)
