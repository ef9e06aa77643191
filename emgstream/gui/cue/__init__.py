"""The cue, drawn large, for the pages that ask for movements."""
