"""The serial source, held to what a board really sent."""
