"""The page Tune: settings of the decisions, tried on one recording."""
