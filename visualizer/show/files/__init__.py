"""Texts of files to values and back, with faults that name file and line.

- preset, preset_schema, preset_nodes: preset files
- prompt_lists: lists of prompts that other tools have, as presets
- session, stored_values: what is kept of a show for the next one
- yaml_faults: what pydantic and YAML say, in one line
"""
