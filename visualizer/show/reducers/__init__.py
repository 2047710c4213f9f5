"""What an action does to the show, one file a concern.

- commands, navigation, model_choice, focus, undo, snapshots
- text_entry, midi_learn: what takes the keyboard for a while
- quantise: changes that wait for the beat; set_playing: a set list
Functions of Show and action to Show; called by show/reducer.py.
"""
