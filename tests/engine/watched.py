"""Watches torch at work: which operations a piece of code calls."""

from __future__ import annotations

from typing import Any

from torch.utils._python_dispatch import TorchDispatchMode

READING = {
    "aten::_local_scalar_dense",  # item(), float(), bool(), if
    "aten::is_nonzero",
    "aten::item",
    "aten::equal",
}
"""What reads a number back from a device."""

WAITING = READING | {
    "aten::nonzero",
    "aten::masked_select",
    "aten::lift_fresh",  # torch.tensor() of numbers
    "aten::scalar_tensor",
}
"""What a GPU has to be waited for with, seen or not, wherever tensors lie."""


class Watched(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the names of all operations."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.names: set[str] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        self.names.add(func.name().split(".")[0])
        return func(*args, **(kwargs or {}))
