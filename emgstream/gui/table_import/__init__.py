"""The dialog that shows the columns of a file and asks what they mean."""
