"""How the HUD is drawn.

- fonts, lettering: text; shapes: plates, keys, arrows; dots; hud_colours; typed_line
"""
