"""MIDI: ports, mappings, learn and LEDs.

- midi_input: the thread; controllers, ports, rtmidi_ports, system_ports, memory_ports: its devices
- batching, messages, nrpn, fourteen_bit, decoding, midi_map: bytes to actions
- map_files, map_text, map_schema, own_maps: mappings as files
- learner, recognition: MIDI learn; led_output, clock_choice; monitor: `visualizer midi`
"""
