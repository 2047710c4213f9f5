"""The stage: shows frames. The only room that imports pygame's display."""
