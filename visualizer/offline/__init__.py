"""Commands without a window.

- render, writers, soundtrack, interrupt: videos and folders of frames
- bench: figures of speed; listings: presets, models and MIDI ports
Puts rooms together; knows nothing of the live show.
"""
