"""Commands without a window.

- render, replay, video_wall, writers, soundtrack, continuing, interrupt: videos and folders of
  frames
- rehearse, rehearsal_checks: what is looked at before a show
- bench, bench_stage: figures of speed; listings: presets, models and MIDI ports
Puts rooms together; knows nothing of the live show.
"""
