"""The engine makes frames. The only room that imports torch and diffusers.

- producer/: the thread round the loop; loop/: previous, perturb, denoise, blend, next
- host/: where the producer runs: in a thread or in a process of its own
- diffusion/: one image-to-image pass; backends/: how networks are run
- models/: a model's name to a loaded pipeline; builtin/: the built-in model's own networks
- source/: pictures from a video, a still or a camera
- engine: the protocol; picture, crossfade, failures; checkpoint: a loop put back, or forked
- colour_fields, prompt_colours: an engine without a model, for setup and as the last fallback
What the main thread imports before a model loads has no torch in it (tests/test_rooms.py).
"""
