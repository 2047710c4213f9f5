"""The core: the show as pure functions over frozen values.

- state, records: the show; request, next_request, lora: to the engine; status, view: to the stage
- actions (play_actions, setup_actions, system_actions), action_log; reducer, reducers/: effects
- parameter, parameters, command_table, targets, leds: the tables, and names for controls
- prompt_syntax, prompt_tree, prompt_mix, cueing: a prompt's text to what plays at a moment
- tempo, midi_clock, durations: time; modulation, sound_levels, pickup, value_layers: values
- projection, loop_motion: places on the wall; set_list, source_names: what plays
- notices, prompt_text, time_text, findings: lines for people; random_hands: random input
- files/: texts of files to values and back
No clock, no thread, no torch, no pygame, no mido, no file access in this room.
"""
