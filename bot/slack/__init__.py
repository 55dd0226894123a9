"""Slack: what is said there becomes a Request, and a Message is drawn as Block Kit and posted there."""
