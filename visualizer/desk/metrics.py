"""The show's figures as Prometheus reads them: text, a line each. Pure."""

from __future__ import annotations

from visualizer.desk.told_messages import State

KIND = "text/plain; version=0.0.4; charset=utf-8"

_ROWS = (
    ("engine_frames_per_second", "gauge", "Generated frames a second."),
    ("engine_latency_seconds", "gauge", "Time from a request to its picture on the wall."),
    ("display_frames_per_second", "gauge", "Pictures a second on the wall."),
    ("display_frame_p99_seconds", "gauge", "99th percentile of the last display frame times."),
    (
        "display_late_frames_total",
        "counter",
        "Display frames over 25 ms after the previous one.",
    ),
    ("memory_bytes", "gauge", "Memory that the program uses."),
    ("gpu_memory_used_bytes", "gauge", "Memory that all programs use on the engine's GPU."),
    ("gpu_memory_total_bytes", "gauge", "Total memory of the engine's GPU."),
    ("processor_percent", "gauge", "Share of all cores that the program uses."),
    ("temperature_celsius", "gauge", "Temperature of the warmest sensor."),
    ("live", "gauge", "Whether the first picture is on the wall."),
    ("generating", "gauge", "Whether pictures are generated."),
    ("blackout", "gauge", "Whether the wall is faded to black."),
    ("recorded_seconds", "gauge", "Length of the current recording."),
    ("set_list_entry", "gauge", "Number of the set list's current entry, 0 while it is stopped."),
    ("desks", "gauge", "Desks that are connected."),
    ("show_seconds", "counter", "Show time."),
)
"""Name without its prefix, type and help of each."""


def text(state: State, time: float) -> str:
    """All figures. time: show time in seconds."""
    engine, display, machine = state.engine, state.display, state.machine
    values: dict[str, float | None] = {
        "engine_frames_per_second": engine.fps,
        "engine_latency_seconds": engine.latency / 1e3 if engine.latency else None,
        "display_frames_per_second": display.fps,
        "display_frame_p99_seconds": display.p99 / 1e3 if display.p99 else None,
        "display_late_frames_total": display.late,
        "memory_bytes": machine.memory * 1e6,
        "gpu_memory_used_bytes": None if engine.gpu_used is None else engine.gpu_used * 1e6,
        "gpu_memory_total_bytes": None if engine.gpu_total is None else engine.gpu_total * 1e6,
        "processor_percent": machine.processor,
        "temperature_celsius": machine.temperature,
        "live": state.live,
        "generating": state.on["generation"],
        "blackout": state.on["blackout"],
        "recorded_seconds": state.setup.recorded,
        "set_list_entry": state.set_place.place,
        "desks": state.desks,
        "show_seconds": round(time, 3),
    }
    lines = []
    for name, kind, help_ in _ROWS:
        value = values[name]
        if value is None:  # not known: no line, and none that is made up
            continue
        full = f"visualizer_{name}"
        lines += [f"# HELP {full} {help_}", f"# TYPE {full} {kind}", f"{full} {float(value):.10g}"]
    lines += [
        "# HELP visualizer_info The running model and its device.",
        "# TYPE visualizer_info gauge",
        f'visualizer_info{{model="{_quoted(engine.model)}",device="{_quoted(engine.device)}"}} 1',
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
