"""What judges a model: figures of its pictures, and a classifier that no model ever met.

- scenes: a classifier of scenes, trained on drawn pictures only
- figures: crispness, distance of distributions, variety, steadiness of a long loop
- hues: the dominant hue of a picture
Pure functions of pictures; training.evaluate makes the pictures and prints the figures.
"""
