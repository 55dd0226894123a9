"""A programme year, played through the clock: how often people are written to, and what comes of it."""
