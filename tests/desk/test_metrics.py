"""Figures as Prometheus reads them."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

from visualizer.desk import desk_state, metrics
from visualizer.desk.machine import Machine
from visualizer.desk.told_messages import MachineNow
from visualizer.show.play_actions import Run
from visualizer.show.reducer import reduce, start
from visualizer.show.status import GpuMemory, Status
from visualizer.show.system_actions import Live
from visualizer.show.view import View

from .rig import PRESETS, STATUS

LINE = re.compile(r'visualizer_[a-z0-9_]+(\{([a-z]+="[^"]*",?)+\})? -?\d+(\.\d+)?(e[+-]\d+)?')


def figures(temperature: int | None, status: Status = STATUS) -> dict[str, str]:
    show = reduce(reduce(start(PRESETS), Live(7, 0.25)), Run("blackout"))
    view = View(show, status, 7.3, 59.9, 2, "none", display_p99=0.0171)
    machine = MachineNow(memory=1500, processor=40, temperature=temperature)
    state = desk_state.state(view, desk_state.cards(PRESETS), 3, machine=machine)
    lines = metrics.text(state, 12.5).splitlines()
    found = [line for line in lines if not line.startswith("#")]
    for line in found:
        assert LINE.fullmatch(line), line
    assert len(lines) == 3 * len(found)
    return dict(line.rsplit(" ", 1) for line in found)


def test_every_figure_is_a_line_with_its_unit() -> None:
    told = figures(61)
    for name, value in (
        ("engine_frames_per_second", "7.3"),
        ("engine_latency_seconds", "0.25"),
        ("display_frame_p99_seconds", "0.0171"),
        ("display_late_frames_total", "2"),
        ("memory_bytes", "1500000000"),
        ("temperature_celsius", "61"),
        ("blackout", "1"),
        ("desks", "3"),
        ("show_seconds", "12.5"),
    ):
        assert told[f"visualizer_{name}"] == value


def test_a_gpus_memory_is_told_where_there_is_one() -> None:
    told = figures(61, replace(STATUS, device="cuda", gpu_memory=GpuMemory(3200, 8500)))
    assert told["visualizer_gpu_memory_used_bytes"] == "3200000000"
    assert told["visualizer_gpu_memory_total_bytes"] == "8500000000"


def test_what_is_not_known_has_no_line() -> None:
    assert not any("gpu" in name for name in figures(61))
    assert "visualizer_temperature_celsius" not in figures(None)
    assert "visualizer_recorded_seconds" not in figures(None)


def test_the_machine_is_read_now_and_then() -> None:
    now = [0.0]
    machine = Machine(lambda: now[0])
    assert machine.now.memory > 10
    assert not machine.is_old
    now[0] = 10.0
    assert machine.is_old
    machine.look()
    assert not machine.is_old


def test_the_engines_process_counts_with_the_program() -> None:
    machine = Machine(lambda: 0.0)
    alone = machine.now.memory
    hold = "import sys; held = b'x' * 200_000_000; print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        machine.look()
        assert machine.now.memory > alone + 150
        child.stdin.close()
