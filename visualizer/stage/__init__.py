"""The stage shows frames. The only room that imports pygame's display.

- stage: frames on the wall; window: displays; renderer: pixels to the window; pacing: crossfades
- hud/: what the performer reads; drawing/: how it is drawn
Draws a View and frames; decides nothing.
"""
