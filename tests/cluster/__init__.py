"""Tests on a cluster: a file early in the run, as a cluster takes long to start."""
