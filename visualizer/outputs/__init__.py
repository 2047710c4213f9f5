"""Outputs take the wall elsewhere: what is drawn there, without start screen and HUD.

- output: what all of them have in common: a thread, a bounded queue, lines for people
- picture_file: the wall as a PNG, and what such a file says; recorder, video_file, encoders,
  audio_track: the wall and what is heard as a video
- programs: to other programs, by a virtual camera, NDI, Spout and Syphon
An output that fails says one line and is off; the wall never waits for one.
"""
