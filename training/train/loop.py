"""The training loop that all trainings share, on CPU cores or on a CUDA card alike.

A training is a network and a function that draws a batch and gives its loss. The loop does the
rest: bfloat16, one thread a core, clipping, learning rate, averaged weights, checkpoints that
survive being killed at any moment, a progress bar, a log, and a curve of the loss as PNG.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor, nn

from training.train.muon import Muon

Network = TypeVar("Network", bound=nn.Module)
Loss = Callable[[int, torch.Generator, float], dict[str, Tensor]]
"""Samples to draw, where chance comes from, and the share of the training that is over, 0..1 →
named losses (no dimensions); their sum is minimised. Called in several threads at once on a CPU."""

WARM_UP = 100  # steps
CLIP = 1.0  # largest norm of a step's gradients


class Average(Generic[Network]):
    """An exponential moving average of a network's learned weights.

    Early on it follows faster (a ramp like that of Karras et al. 2022, arXiv:2206.00364).
    """

    def __init__(self, network: Network, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._decay = decay
        self.updates = 0

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move a little towards ``network``."""
        self.updates += 1
        keep = min(self._decay, (1 + self.updates) / (10 + self.updates))
        both = zip(self.network.parameters(), network.parameters(), strict=True)
        learned = [(old, new.detach()) for old, new in both if new.requires_grad]
        torch._foreach_lerp_([old for old, _ in learned], [new for _, new in learned], 1 - keep)


def _fast_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 faster than float32: with AVX512-BF16 alone, 1.8
    times the samples a second (measured on an AMD EPYC of the fourth generation)."""
    return torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()


def autocast(device: torch.device) -> AbstractContextManager[Any]:
    """bfloat16 where the hardware multiplies it fast: CUDA, and CPUs with AMX or AVX512-BF16."""
    if device.type == "cpu" and not _fast_bfloat16():
        return contextlib.nullcontext()
    # Without the cache of rounded weights: all threads share it, and passes without gradients too,
    # so gradients would get lost.
    return torch.autocast(device.type, torch.bfloat16, cache_enabled=False)


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a reader finds the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")  # several processes may write the same
    torch.save(state, draft)
    os.replace(draft, path)


def load(path: Path, device: torch.device) -> dict[str, Any] | None:
    """A checkpoint; None where there is none."""
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location=device, weights_only=True)
    return state


def rate_at(step: int, steps: int, highest: float, cooldown: float) -> float:
    """Learning rate: up over WARM_UP steps, level, then linearly to 0 over the last ``cooldown``
    (share) of the steps (Hägele et al. 2024, arXiv:2405.18392)."""
    left = (steps - step) / max(cooldown * steps, 1)
    return highest * min((step + 1) / WARM_UP, left, 1.0)


def add_options(
    parser: argparse.ArgumentParser, *, out: Path, steps: int, batch: int, rate: float
) -> None:
    """The options of every training, with its own defaults."""
    parser.add_argument("--out", type=Path, default=out, help="checkpoint, log, curve and sheets")
    parser.add_argument("--steps", type=int, default=steps, help="in all, earlier runs included")
    parser.add_argument("--batch", type=int, default=batch, help="samples a step")
    parser.add_argument("--rate", type=float, default=rate, help="highest learning rate")
    parser.add_argument("--cooldown", type=float, default=0.3, help="last share of the steps")
    parser.add_argument("--muon", action="store_true", help="Muon for hidden layers, not AdamW")
    parser.add_argument("--momentum", type=float, default=0.9, help="AdamW's first beta")
    parser.add_argument("--decay", type=float, default=0.999, help="of the averaged weights")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop this run after")
    parser.add_argument("--every", type=float, default=10, help="minutes between sheets")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="on a CPU")


def calm() -> None:
    """One core for this thread; numbers near zero would slow gradients down fourfold."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def optimizers_of(
    network: nn.Module, options: argparse.Namespace, pool: ThreadPoolExecutor | None
) -> list[torch.optim.Optimizer]:
    """Muon for the weights of hidden layers, where it is asked for; AdamW for all others."""
    named = [(name, p) for name, p in network.named_parameters() if p.requires_grad]
    hidden = [p for name, p in named if options.muon and p.ndim > 1 and _hidden(name)]
    taken = set(map(id, hidden))
    found: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(
            [p for _, p in named if id(p) not in taken],
            lr=options.rate,
            betas=(options.momentum, 0.98),
            weight_decay=0.01,
            fused=True,
        )
    ]
    return [*found, Muon(hidden, options.rate, 0.01, pool)] if hidden else found


def _hidden(name: str) -> bool:
    """Whether a weight is a hidden layer's: no table of places or words, no first or last layer."""
    outer = ("places", "embedding", "conv_in", "conv_out", "query", "modulation", "sketch")
    return not any(part in name for part in outer)


class _Descent:
    """Losses and gradients of one step: in one piece on a card, in a thread a core on a CPU.

    On cores shared with other work, threads that meet once a step lose far less than threads
    inside each layer, which wait for one another hundreds of times.
    """

    def __init__(
        self,
        loss: Loss,
        learning: Sequence[nn.Parameter],
        options: argparse.Namespace,
        step: int,
        pool: ThreadPoolExecutor | None,
    ) -> None:
        self._device = torch.device(options.device)
        on_cpu = self._device.type == "cpu"
        count = options.threads if on_cpu else 1
        self._loss, self._learning = loss, learning
        self._each = max(options.batch // count, 1)
        place = "cpu" if on_cpu else self._device
        # Other data after a break than before it.
        seeds = [(options.seed + 1) * 1_000_003 + step * 64 + i for i in range(count)]
        self._generators = [torch.Generator(place).manual_seed(seed) for seed in seeds]
        self._pool = pool

    def _work(
        self, gen: torch.Generator, part: float
    ) -> tuple[dict[str, Tensor], tuple[Tensor, ...]]:
        with autocast(self._device):
            losses = self._loss(self._each, gen, part)
        total = torch.stack(list(losses.values())).sum()
        gradients = torch.autograd.grad(total, self._learning, allow_unused=True)
        filled = (
            torch.zeros_like(parameter) if gradient is None else gradient
            for parameter, gradient in zip(self._learning, gradients, strict=True)
        )
        return {name: value.detach() for name, value in losses.items()}, tuple(filled)

    def __call__(self, part: float) -> dict[str, Tensor]:
        """Set the mean gradients; gives the mean losses."""
        if self._pool is None:
            results = [self._work(self._generators[0], part)]
        else:
            results = list(self._pool.map(lambda gen: self._work(gen, part), self._generators))
        for i, parameter in enumerate(self._learning):
            # In the parameter's own memory layout: the fused optimizer takes that for granted.
            gradient = torch.zeros_like(parameter)
            for _, found in results:
                gradient.add_(found[i], alpha=1 / len(results))
            parameter.grad = gradient
        names = results[0][0]
        return {name: torch.stack([r[0][name] for r in results]).mean() for name in names}


@contextlib.contextmanager
def _ends_calmly() -> Iterator[Callable[[], bool]]:
    """SIGTERM and Ctrl+C end a training after its step, with a checkpoint."""
    asked = []

    def note(number: int, frame: object) -> None:
        asked.append(number)

    old = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


def _curve(log: Path) -> None:
    """The log's losses over the steps as a PNG beside it."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = [json.loads(line) for line in log.read_text().splitlines()]
    if len(rows) < 2:
        return
    figure, axes = pyplot.subplots(figsize=(9, 5))
    for name in rows[-1]:
        if name not in ("step", "seconds", "rate", "norm"):
            points = [(row["step"], row[name]) for row in rows if name in row]
            axes.plot(*zip(*points, strict=True), label=name)
    axes.set(xlabel="steps", yscale="log", title=log.parent.name)
    axes.legend()
    draft = log.with_name("curve.draft.png")
    figure.savefig(draft)
    os.replace(draft, log.with_name("curve.png"))
    pyplot.close(figure)


def train(
    network: Network,
    loss: Loss,
    options: argparse.Namespace,
    show: Callable[[Network, int], None] = lambda average, step: None,
    average: Average[Network] | None = None,
) -> Network:
    """Minimise ``loss`` until ``options.steps``; gives the averaged network.

    Goes on from the checkpoint in ``options.out``. ``show`` gets the averaged network every
    ``options.every`` minutes and at the end. ``average``: where a loss looks at it too. Raises
    FloatingPointError where most of the gradients between two lines of the log are not finite.
    """
    device = torch.device(options.device)
    average = average or Average(network, options.decay)
    learning = [p for p in network.parameters() if p.requires_grad]
    pool = ThreadPoolExecutor(options.threads, initializer=calm) if device.type == "cpu" else None
    optimizers = optimizers_of(network, options, pool)
    path, log = options.out / "checkpoint.pt", options.out / "log.jsonl"
    options.out.mkdir(parents=True, exist_ok=True)
    step, earlier = 0, 0.0
    if state := load(path, device):
        network.load_state_dict(state["network"])
        average.network.load_state_dict(state["average"])
        for optimizer, kept_state in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(kept_state)
        step, earlier, average.updates = state["step"], state["seconds"], state["step"]
    descent = _Descent(loss, learning, options, step, pool)
    begin = told = kept = shown = time.monotonic()
    sums: dict[str, Tensor] = {}
    since, lost = 0, torch.zeros((), dtype=torch.int64, device=device)

    def keep() -> None:
        weights = {"network": network.state_dict(), "average": average.network.state_dict()}
        rest = {"optimizers": [each.state_dict() for each in optimizers], "step": step}
        save(path, {**weights, **rest, "seconds": earlier + time.monotonic() - begin})

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, TimeRemainingColumn(), disable=not sys.stdout.isatty())
    with _ends_calmly() as asked_to_end, bar:
        task = bar.add_task(options.out.name, total=options.steps, completed=step)
        while step < options.steps and not asked_to_end():
            if time.monotonic() - begin > 60 * options.minutes:
                break
            rate = rate_at(step, options.steps, options.rate, options.cooldown)
            for group in (group for each in optimizers for group in each.param_groups):
                group["lr"] = rate
            losses = descent(step / options.steps)
            norm = nn.utils.clip_grad_norm_(learning, CLIP)
            finite = norm.isfinite()
            for parameter in learning:
                assert parameter.grad is not None
                parameter.grad.nan_to_num_(0, 0, 0).mul_(finite)
            lost += ~finite
            for optimizer in optimizers:
                optimizer.step()
            average.update(network)
            step, since = step + 1, since + 1
            for name, value in {**losses, "norm": norm}.items():
                sums[name] = sums.get(name, torch.zeros_like(value)) + value.nan_to_num(0, 0, 0)
            bar.update(task, completed=step)
            now = time.monotonic()
            if now - told > 15:
                row = {name: round(float(value) / since, 5) for name, value in sums.items()}
                row |= {"step": step, "seconds": round(earlier + now - begin, 1)}
                row["rate"] = rate
                with log.open("a") as file:
                    file.write(json.dumps(row) + "\n")
                pace = since / (now - told)
                bar.console.print(f"{pace:.2f} steps/s {row}") if bar.disable is False else print(
                    f"{100 * step / options.steps:5.1f} % {pace:.2f} steps/s {row}", flush=True
                )
                if 2 * int(lost) > since:
                    raise FloatingPointError("the training has run off: start at a lower --rate")
                told, since, sums = now, 0, {}
                lost.zero_()
            if now - kept > 120:
                keep()
                kept = now
            if now - shown > 60 * options.every:
                show(average.network, step)
                _curve(log)
                shown = time.monotonic()
    keep()
    show(average.network, step)
    if log.exists():
        _curve(log)
    return average.network
