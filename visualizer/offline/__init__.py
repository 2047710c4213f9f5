"""Commands without a window.

- render, render_replay: the two kinds of video; replay: a performance log played again
- video_making, video_wall, writers, soundtrack, source_pictures, continuing, interrupt: their parts
- variations: one replay with several seeds
- desk_page: the desk in the browser
- rehearse, rehearsal_checks (set_checks, machine_checks): what is checked before a show
- bench, bench_stage: figures of speed; listings: presets, models and MIDI ports
Puts rooms together; knows nothing of the live show.
"""
