"""The producer thread round the loop.

- producer: one frame after another, from the newest request
- switching, background_load, model_crossfade: changing models while the show runs
- next_preview: stills of what the next prompt brings, in between the frames
- retrying: what happens after a frame that failed
"""
