"""Honest evaluation: what a model scores on what it has never seen, through the live path."""
