"""What an action does to the show, one file a concern.

- commands; setting: parameters; navigation: presets and prompts; prompt_weights, model_choice
- focus, undo, snapshots; remember: what the next show takes up
- text_entry, midi_learn, projection_mode: what takes the keyboard for a while
- quantise: changes that wait for the beat; set_playing, set_editing: a set list
Functions of Show and action to Show; called by show/reducer.py.
"""
