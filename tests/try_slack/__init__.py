"""`make try-slack`: the real bot in a Slack of its own, in a network of its own, driven in a real browser."""
