"""Figures of the loop beside those of its peers: python -m benchmarks. Not shipped."""
