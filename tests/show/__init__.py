"""Tests of the core; a package, so that they can share the presets and shows of shows.py."""
