"""Plan files in; digests, reports and pictures out. Bytes on one side, values of `programme` on the other."""
