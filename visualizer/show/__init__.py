"""The core: what is wanted now, as pure functions over frozen values.

- state, request, view: the show, what the engine is asked for, what the stage draws from;
  projection: where on a display the wall goes
- actions (play_actions, setup_actions, system_actions); reducer, reducers/: what they do
- parameters, command_table, targets: the tables
- files/: texts of files to values and back
No clock, no thread, no torch, no pygame, no mido, no file access in this room.
"""
