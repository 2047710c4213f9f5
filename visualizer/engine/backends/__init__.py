"""How networks are run.

- networks: the seam, and torch as it comes; cuda_graphs; openvino, openvino_network
- fastest, variants, trial, trials: the choice between them on a CPU
Whoever calls the networks does not know which backend runs them.
"""
