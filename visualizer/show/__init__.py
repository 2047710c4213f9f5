"""The core: what is wanted now, as pure functions over frozen values.

No clock, no thread, no torch, no pygame, no mido in this room.
"""
