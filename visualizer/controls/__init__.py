"""Controls turn outside events into Actions, and decide nothing.

- midi/, keys/, osc/, audio/, ableton_link: the kinds
- input_thread, mailbox, repeated_faults: shared by their threads
Nothing here knows the engine or the stage.
"""
