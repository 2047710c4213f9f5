"""The feedback loop.

- feedback: the loop; warp, perturb: what is done to the last picture before it is denoised
- image_stats, drift_hold, motion_limit: against drift and jumps; revive: against dead pictures
- last_living: the picture shown while the loop is dead; source_mix: pictures from outside
- readback: the finished picture's way to the host
"""
