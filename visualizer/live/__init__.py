"""The running show.

- run: composition root of `visualizer`; app: the running show; frame_loop: its display frames
- engine_client: the line to the engine; engine_revival: when one that died is started again;
  wall_engines: those of further walls
- inputs: all controls; wall_outputs: all outputs
- session_store, last_picture, resume: what is kept
- performance_log: what is played, to be rendered again
- opening: the window, with the last picture; rehearsal: the show under random hands
- keep_alive, crash_reports: the show in a process of its own, started again if it dies; heartbeat:
  its sign of life
- preset_watcher: presets that change on disk; projection_store: where the wall goes on each
  display; source_client: pictures from outside
Puts rooms together; holds no state machine of its own, and knows no torch.
"""
