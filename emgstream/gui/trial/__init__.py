"""The page Test: set up, follow the cues, see the result."""
