"""The built-in model's networks as diffusers loads, saves and configures them.

The model's index names these classes, so that any diffusers pipeline can be made of its folder. The
show itself does without (pipeline.py): importing diffusers takes seconds.
"""

from __future__ import annotations

from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin

from visualizer.engine.builtin.autoencoder import Autoencoder
from visualizer.engine.builtin.unet import UNet


class PatchAutoencoder(Autoencoder, ModelMixin, ConfigMixin):  # type: ignore[misc]
    """See Autoencoder."""

    _supports_gradient_checkpointing = False
    __init__ = register_to_config(Autoencoder.__init__)


class BuiltinUNet(UNet, ModelMixin, ConfigMixin):  # type: ignore[misc]
    """See UNet."""

    _supports_gradient_checkpointing = False
    __init__ = register_to_config(UNet.__init__)
