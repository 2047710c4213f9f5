"""The built-in model: its networks, and how they are read with torch alone.

- unet, autoencoder, text_encoder: the networks; network: what they share
- word_pieces: the tokenizer; pipeline: all of it from a folder
- for_diffusers: the same networks as classes of diffusers
They know nothing else of this project.
"""
