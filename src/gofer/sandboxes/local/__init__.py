"""Sandboxes on this machine: bubblewrap, control groups, and a keeper process for each."""

from gofer.sandboxes.local.provider import LocalSandboxes
from gofer.sandboxes.local.sandbox import LocalSandbox

__all__ = ["LocalSandbox", "LocalSandboxes"]
