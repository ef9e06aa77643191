"""The page Outputs: programs that get the decisions and the samples."""
