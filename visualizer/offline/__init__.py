"""Commands without a window.

- render, replay, video_wall, writers, soundtrack, continuing, interrupt: videos and folders of
  frames
- variations: one replay with several seeds; source_pictures: what --source gives a render
- desk_page: the desk in the browser
- rehearse, rehearsal_checks: what is looked at before a show
- bench, bench_stage: figures of speed; listings: presets, models and MIDI ports
Puts rooms together; knows nothing of the live show.
"""
