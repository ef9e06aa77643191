"""Reading EMG tables."""
