"""How networks are run.

- networks: the seam, and torch as it comes; cuda_graphs; openvino, openvino_network
- cpu: when OpenVINO is taken; converted: its files; sample: a frame's inputs, and whether two
  backends agree

Callers of the networks do not know which backend runs them.
"""
