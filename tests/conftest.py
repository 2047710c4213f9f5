"""What holds for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# No wall-clock limits: a busy machine must not fail a test.
settings.register_profile("visualizer", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("visualizer")
