"""The web: pages drawn on the server, whole without JavaScript and smoother with a little of it."""

from pathlib import Path

FOLDER = Path(__file__).parent
