"""The engine makes frames. The only room that imports torch and diffusers.

This file, failures, picture, seeds, testcard, producer and open import neither: they are read on
the main thread, before anything heavy. The rest is imported by open, in the producer thread.
"""
