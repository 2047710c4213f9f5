"""The keyboard.

- keyboard: pygame events to actions; key_table: what keys do; layouts: which key was pressed
- corner_keys: keys and mouse of the mapping mode
"""
