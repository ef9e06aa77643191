"""Training, calibration and evaluation: the part that needs TensorFlow and scikit-learn."""
