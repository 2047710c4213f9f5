"""A live AI visualizer that is played like an instrument."""

__version__ = "0.1.0"
