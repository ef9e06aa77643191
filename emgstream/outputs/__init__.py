"""Where decisions go: each output is a sink behind one protocol."""
