"""What is shipped to try the product with: a recording and a model, both synthetic."""

from pathlib import Path

__all__ = ["DEMO", "DEMO_MODEL", "DEMO_PERSON", "DEMO_RECORDING"]

DEMO = "demo"
"""The name both go by on the command line."""
DEMO_MODEL = Path(__file__).with_name("demo.emgmodel")
"""A model trained on synthetic EMG."""
DEMO_RECORDING = Path(__file__).with_name("demo_recording.csv.gz")
"""A recording of synthetic EMG, of a session the model was not trained on."""
DEMO_PERSON = 1
"""Seed of the simulated person both are of."""
