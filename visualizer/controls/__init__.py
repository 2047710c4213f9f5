"""Controls turn outside events into Actions, and decide nothing.

- midi/, keys/, osc/, audio/, ableton_link: the kinds
- mailbox, source, repeated_faults: what their threads share
Nothing here knows the engine or the stage.
"""
