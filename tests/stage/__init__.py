"""Tests of the stage; a package, so that they can share what they show."""
