"""What the trainings learn from: drawn pictures, their captions, and their latents.

- latents: captioned pictures, drawn and encoded beside a training that reads them
Nothing here knows how the networks learn.
"""
