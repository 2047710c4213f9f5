"""The running show.

- app: the frame loop, composition root of `visualizer`
- engine_client: the line to the engine; revival: when one that died is started again
- inputs: all controls; wall_outputs: all outputs
- session_store, resume: what is kept; performance_log: what is played, to be rendered again
- mapping_store: where the wall goes on each display
Puts rooms together; holds no state machine of its own, and knows no torch.
"""
