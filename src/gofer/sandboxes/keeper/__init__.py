"""The process below which one sandbox lives; it outlives gofer. Nothing is imported here: it has to start fast."""
