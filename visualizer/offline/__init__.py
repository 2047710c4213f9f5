"""Commands without a window.

- render, replay, video_wall, writers, soundtrack, continuing, interrupt: videos and folders of
  frames
- bench, bench_stage: figures of speed; listings: presets, models and MIDI ports
Puts rooms together; knows nothing of the live show.
"""
