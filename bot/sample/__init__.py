"""The sample programme: a plan in its own words and its term dates."""
