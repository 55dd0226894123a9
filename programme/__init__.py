"""The rules of an improvement programme: pure values and functions; no I/O, no clock, no framework."""
