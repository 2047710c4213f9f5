"""The feedback loop.

- feedback: the loop; warp, perturb: what is done to the last picture before it is denoised
- image_stats, drift_hold, revive, motion_limit: what keeps the loop steady and alive
- last_living: what is shown while the loop is dead; source_mix: pictures from outside
- readback: the finished picture's way to the host
"""
