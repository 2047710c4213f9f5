"""Texts of files to values and back, with faults that name file and line.

- preset, preset_schema, preset_nodes: preset files
- set_file: set lists; prompt_lists: lists of prompts that other tools have, as presets
- session, stored_values: what is kept of a show for the next one; projection_file: of a display
- performance_file: the performance log; picture_metadata: how a saved picture was made
- text_file: reading within bounds
- yaml_faults: what pydantic and YAML say, in one line
"""
