"""The running show.

- app: the frame loop, composition root of `visualizer`
- engine_client: the line to the engine; revival: when one that died is started again
- inputs: all controls; wall_outputs: all outputs
- session_store, last_picture, resume: what is kept
- performance_log: what is played, to be rendered again
- opening: the window, with the last picture; rehearsal: the show under random hands
- keep_alive, crash_reports: the show in a process of its own, started again if it dies
- preset_watcher: presets that change on disk; projection_store: where the wall goes on each
  display; source_client: pictures from outside
Puts rooms together; holds no state machine of its own, and knows no torch.
"""
