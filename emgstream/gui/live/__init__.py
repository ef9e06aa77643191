"""The page that shows the signals, the decision, and how good both are."""
