"""Slack, as it is met from outside: real Bolt, real HTTP, a strict stand-in for Slack itself."""
