"""Models to read and to run: python -m patch.examples.<name>."""
