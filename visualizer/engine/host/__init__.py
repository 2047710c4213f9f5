"""Where the engine runs: a host serves the same slots from a thread, a process or another machine.

- engine_host: the seam: the slots, and what a host is
- process_host: the parent's side of an engine in a process of its own
- engine_process: that process's side
- pipe_messages, shared_pictures: what passes between the two
- watchdog: when an engine is hung
- ray_host: the engine on another machine; far_engine: that machine's side
- ray_cluster: joining a cluster; ray_holder: what holds one on this machine
- jpeg, wire_meter: pictures on the way, and what the way takes
- failover: a remote engine, and a local one that plays while it is unavailable
"""
