"""The keyboard.

- keyboard: pygame events to actions; key_table: what keys do; layouts: which key was pressed
"""
