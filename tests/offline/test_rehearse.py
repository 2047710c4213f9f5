"""The rehearsal: what it looks at, what it says of it, and its status."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pygame
import pytest

from visualizer import cli
from visualizer.live import rehearsal
from visualizer.live.rehearsal import Soaked
from visualizer.offline import machine_checks, set_checks
from visualizer.offline.rehearsal_checks import CHECKS, Check, found
from visualizer.offline.rehearse import rehearse
from visualizer.options import RehearseOptions
from visualizer.show.findings import BAD, GOOD, NOTE, Finding, bad, good, note

OPTIONS = RehearseOptions(model="colour-fields", windowed=True, no_midi=True)


@pytest.fixture(autouse=True)
def unseen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SDL's driver without a screen."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    yield
    pygame.display.quit()


def levels(findings: list[Finding]) -> set[str]:
    return {each.level for each in findings}


def texts(findings: list[Finding]) -> str:
    return "\n".join(each.text for each in findings)


def test_the_status_and_the_page_say_whether_anything_is_bad(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def looked(*findings: Finding) -> Check:
        return Check("doors", lambda options: iter(findings))

    def broken(options: RehearseOptions) -> Iterator[Finding]:
        yield good("the first half")
        raise OSError("it fell over")

    def none(options: RehearseOptions) -> list[Finding]:
        return []

    assert rehearse(OPTIONS, none, [looked(good("open"), note("windy"))]) == 0
    assert "ready" in (page := capsys.readouterr().out)
    assert "not ready" not in page
    assert rehearse(OPTIONS, none, [looked(good("open")), looked(bad("shut", "push"))]) == 1
    page = capsys.readouterr().out
    assert all(word in page for word in ("not ready", "doors", "✗", "shut", "push"))
    asked = replace(OPTIONS, json=True, minutes=1.0)
    assert rehearse(asked, lambda options: [bad(f"{options.minutes}")], [Check("x", broken)]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert rows["good"] is False
    assert [(row["check"], row["level"]) for row in rows["findings"]] == [
        ("x", GOOD), ("x", BAD), ("soak", BAD),
    ]  # fmt: skip
    assert "it fell over" in rows["findings"][1]["text"]


def test_every_check_but_the_devices_own_is_free_of_faults_here(tmp_path: Path) -> None:
    options = replace(OPTIONS, osc="", desk="", state=tmp_path)
    for check in CHECKS:
        findings = found(check, options)
        assert findings, check.name
        if check.name != "device":  # its memory may be full of other programs
            assert BAD not in levels(findings), (check.name, findings)


def test_a_model_that_is_not_here_is_bad_and_says_how_to_have_it() -> None:
    (finding,) = found(Check("models", set_checks.models), replace(OPTIONS, model="no/such-model"))
    assert finding.level == BAD
    assert "no/such-model" in finding.text
    assert finding.remedy


def test_presets_that_can_not_play_are_bad_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text("prompts: [sea]\n", encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("prompts: [sea]\nzoom: much\n", encoding="utf-8")
    findings = list(set_checks.presets(replace(OPTIONS, presets=tmp_path)))
    assert levels(findings) == {GOOD, BAD}
    assert "broken.yaml:2" in texts(findings)
    assert "1 in" in texts(findings)
    gone = list(set_checks.presets(replace(OPTIONS, presets=tmp_path / "gone")))
    assert levels(gone) == {BAD}


def test_a_port_that_another_show_has_is_bad() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        osc, desk = machine_checks.ports(replace(OPTIONS, osc=where))
    assert (osc.level, desk.level) == (BAD, NOTE)
    assert where in osc.text
    osc, _ = machine_checks.ports(replace(OPTIONS, osc=where))
    assert osc.level == GOOD


def test_a_display_a_controller_and_an_input_that_are_asked_for_must_be_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "there is no display 7" in texts(
        list(machine_checks.displays(replace(OPTIONS, display=7)))
    )
    named = replace(OPTIONS, no_midi=False, midi="no such controller")
    assert BAD in levels(list(machine_checks.controllers(named)))
    assert BAD in levels(list(machine_checks.sound(replace(OPTIONS, sound="no such input"))))
    assert BAD not in levels(list(machine_checks.sound(OPTIONS)))
    syphon_or_spout = list(
        machine_checks.outputs(replace(OPTIONS, output=(("spout", ""), ("syphon", ""))))
    )
    assert BAD in levels(syphon_or_spout), "no system has both"


def test_a_disk_that_takes_nothing_is_bad(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(folder: Path) -> str:
        return "No space left on device"

    monkeypatch.setattr(machine_checks, "_unwritable", full)
    assert levels(list(machine_checks.disks(replace(OPTIONS, state=tmp_path)))) == {BAD}


def test_letters_of_prompts_that_no_font_has_are_named(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("prompts: ['\U00013000 sea']\n", encoding="utf-8")
    findings = list(machine_checks.fonts(replace(OPTIONS, presets=tmp_path)))
    assert findings[0].level == BAD
    assert "\U00013000" in findings[0].text


def test_the_soak_plays_the_show_by_random_hands_and_leaves_the_last_one_alone(
    tmp_path: Path,
) -> None:
    options = replace(OPTIONS, minutes=0.03, state=tmp_path / "state", maps=tmp_path / "maps")
    findings = rehearsal.soak(options)
    assert "actions in" in findings[0].text
    assert "0 of" in texts(findings), "no look at the wall finds it black"
    assert "internal" not in texts(findings)
    assert not (tmp_path / "state").exists()


def test_what_a_soak_finds_is_judged() -> None:
    calm = Soaked(
        seconds=600.0, pictures=36000, late=36, actions=6000, engine_fps=[20.0], looks=100,
        memory=[(float(at), 500.0) for at in range(600)],
    )  # fmt: skip
    assert levels(rehearsal.findings(calm)) == {GOOD}
    for worse in (
        replace(calm, late=9000),
        replace(calm, black=1),
        replace(calm, over=True),
        replace(calm, engine_fps=[]),
        replace(calm, memory=[(float(at), 500.0 + at / 10) for at in range(600)]),
    ):
        assert BAD in levels(rehearsal.findings(worse))
    calm.faults["ValueError: x"] += 3
    assert "3 times: ValueError: x" in texts(rehearsal.findings(calm))
    short = replace(calm, memory=[(float(at), 500.0 + at) for at in range(60)])
    assert NOTE in levels(rehearsal.findings(short)), "too short for a verdict"


def test_the_command_takes_the_options_of_the_show_before_and_after_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given: list[RehearseOptions] = []

    def take(options: RehearseOptions, soak: object) -> int:
        given.append(options)
        return 0

    monkeypatch.setattr("visualizer.offline.rehearse.rehearse", take)
    before = ["--display", "1", "--display", "2", "--no-osc", "--windowed"]
    assert cli.main([*before, "rehearse", "--minutes", "2"]) == 0
    assert cli.main(["rehearse", "--minutes", "2", *before]) == 0
    assert given[0] == given[1]
    assert (given[0].display, given[0].also, given[0].osc, given[0].minutes) == (1, (2,), "", 2.0)
    assert given[0].desk == "9001"
    with pytest.raises(SystemExit):
        cli.main(["rehearse", "--minutes", "much"])
    assert "'much' is not a number of minutes" in capsys.readouterr().err
