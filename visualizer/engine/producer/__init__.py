"""The producer thread round the loop.

- producer: one frame after another, from the newest request
- switching, background_load, model_crossfade: changing models while the show runs
- retrying: what happens after a frame that failed
"""
