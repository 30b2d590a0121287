"""Driving a sandbox's browser. Only `driver`, `actions`, `tabs`, `targets` and `mishaps` need Playwright."""
