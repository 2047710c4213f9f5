"""The stage shows frames. The only room that imports pygame's display.

- stage: the display loop's body; wall: what is shown when; pacing: crossfades; strobe: flashes
- window: the wall's; plain_window, operator_window, second_wall: others; displays: their names
- video_driver, text_input: SDL's video driver, and text from keys
- renderer: the seam; gl_renderer, software_renderer: pixels to the window
- looks, software_looks: effects; geometry, homography: fit and projection; alignment_card
- hud/: everything that the performer reads; drawing/: how it is drawn
Draws a View and frames; decides nothing.
"""
