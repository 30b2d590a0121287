"""Durable execution. The only package that knows DBOS."""
