"""The engine makes frames. The only room that imports torch and diffusers.

In the order in which a frame passes:

- the thread: producer, with switching, loader and handover (one model takes over from another),
  retrying; open and assembling (a name → an engine), models, known, loading, fetching, contents,
  vaes
- the loop: feedback, with colour, holds and life (what keeps a picture from drifting and dying),
  perturb, pace, readback
- one pass: denoiser, with seeds and noise, prompts and conditions, schedule and samplers
- the networks: parts, graphs (CUDA), openvino with compiled; fastest, variants, trial and trials
  (which is fastest here); unet and autoencoder (the built-in model's own)
- testcard and palette: an engine without any model

What the main thread reads before anything heavy imports neither torch nor diffusers: this file,
failures, picture, seeds, known, testcard, palette, producer, switching, loader, handover, retrying
and open. The rest is imported by open, in the thread that uses it.
"""
