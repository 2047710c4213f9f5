"""Where the engine runs: a host serves the same four slots, in a thread or in a process.

- engine_host: the seam: the slots, and what a host is
- process_host: the parent's side of an engine in a process of its own
- engine_process: that process's side
- pipe_messages, shared_pictures: what passes between the two
- watchdog: when an engine is hung
"""
