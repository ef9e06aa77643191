"""The page Train: pick sessions, train in a child process, evaluate, and go live with the model."""
