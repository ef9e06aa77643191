"""The guide from the parts of a sensor board to its first samples."""
