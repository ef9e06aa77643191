"""The page Settings: the look, folders, the configuration file, and facts about the program."""
