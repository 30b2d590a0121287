"""gofer: durable errands by autonomous agents on a computer you can watch."""

__version__ = "0.1.0"
