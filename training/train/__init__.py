"""The trainings themselves.

- loop: what all share: cores or a card, learning rate, checkpoints, progress, average weights
- autoencoder, denoiser, finish: one training each, run as modules
Pictures and captions come from training.data; figures are measured in training.judge.
"""
