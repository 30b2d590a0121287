"""What agents can do: each module makes the tools for one thing, over `core` and `browser`."""
