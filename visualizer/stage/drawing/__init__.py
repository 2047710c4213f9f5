"""How the HUD is drawn.

- fonts, lettering: text; shapes: plates, keys, arrows; hud_colours; typed_line
"""
