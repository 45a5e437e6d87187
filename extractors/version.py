"""Version of the extraction rules: part of every entry and triple, raised when their output changes."""

__version__ = "0.1.0"
