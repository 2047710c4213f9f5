"""One image-to-image pass.

- denoiser: encode, add noise, denoise, decode; schedule, samplers: the maths
- embeddings, conditioning: prompts as networks read them
- seed_walk, noise_walk: which noise a frame starts from
"""
