"""Pictures in: what is mixed into the loop besides its own last picture.

- clip: a video file or a still; capture: a camera; fitting: a frame scaled to the loop's picture
- open_source: a source's name to one of them; source_reader: the thread that reads it in a show
No torch here: pictures stay on the host, and the loop uploads them.
"""
