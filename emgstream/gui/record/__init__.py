"""The page Record: set up, check the signal, follow the cues, review the recording."""
