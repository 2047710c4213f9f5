"""The producer thread round the loop.

- producer: makes frame after frame of what is wanted now
- switching, background_load, model_crossfade: changing models while the show runs
- retrying: what happens after a frame that failed
"""
