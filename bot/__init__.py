"""Settings, the composition root, the commands, and one folder for each channel."""
