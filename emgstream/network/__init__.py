"""The trained network of a model: windows in, class probabilities out.

Two backends run it: LiteRT from its flatbuffers, and NumPy from its weights where LiteRT is not
installed or does not load. `network_backend.open_classifier` chooses.
"""
