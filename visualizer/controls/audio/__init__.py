"""Sound that the show listens to.

- audio_input: the thread; audio_devices: microphones and line-ins
- audio_features: level, bands and onsets; tempo_estimate: beats a minute by autocorrelation
"""
