"""The HUD: everything that the performer reads over the picture.

- hud: all of it; panel, panel_layout, panel_sections, bar: parameters
- help_page, help_layout; learn_list, projection_grid; entry_box; start_screen
- value_text: words; surface_cache: what is kept drawn
"""
