"""Tests of the engine room; a package, so that they can share conftest's requests."""
