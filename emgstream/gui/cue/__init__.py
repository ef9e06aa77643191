"""What a person is asked to do, drawn large: for every page that gives cues."""
