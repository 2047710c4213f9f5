"""When an engine is started again, and what it begins with."""

from __future__ import annotations

from visualizer.live.engine_revival import DEATHS, PLAYED, Restart, Revival


def test_a_process_is_started_again_at_once_and_a_thread_not_in_a_hurry() -> None:
    assert Revival(in_haste=True).died("large", 7.0) == Restart(7.0)
    assert Revival(in_haste=False).died("large", 7.0) == Restart(9.0)


def test_a_model_that_ends_it_three_times_in_a_row_is_left_step_by_step() -> None:
    revival = Revival(in_haste=True)
    model, left = "large", []
    for _ in range(2 * DEATHS):
        restart = revival.died(model, 0.0)
        if restart.instead:
            left.append(restart.instead)
            model = restart.instead
            assert restart.at == 0.0, "what plays instead is not waited for"
    assert left == ["builtin", "colour-fields"]
    waits = [revival.died(model, 0.0) for _ in range(10)]
    assert waits[-1] == Restart(30.0), "the colour fields are not given up"


def test_a_minute_of_play_and_being_asked_for_again_make_a_fresh_start() -> None:
    for fresh in ("play", "asked"):
        revival = Revival(in_haste=True)
        for _ in range(10 * DEATHS):
            assert not revival.died("large", 0.0).instead
            if fresh == "asked":
                revival.asked()
            else:
                revival.frame(0.0)
                revival.frame(PLAYED)
    revival = Revival(in_haste=True)
    for _ in range(DEATHS - 1):
        assert not revival.died("large", 0.0).instead
        revival.frame(0.0)
        revival.frame(PLAYED - 1.0)
    assert revival.died("large", 0.0).instead


def test_a_model_that_ends_it_after_a_long_load_is_left_though_another_plays_meanwhile() -> None:
    revival = Revival(in_haste=True)
    for death in range(DEATHS):
        for second in (0.0, PLAYED, 2 * PLAYED):
            revival.frame(second, loading=True)
        revival.frame(2 * PLAYED + 1.0)
        assert revival.died("large", 0.0).instead == ("builtin" if death == DEATHS - 1 else "")
