"""How fast the real parts are. `make bench` prints one JSON document; nothing is asserted."""
