"""What an application needs to replay a playbook."""

from gofer.browser.binding import bind, hosts
from gofer.browser.playbook import Playbook, bundled, load
from gofer.browser.replay import Replayed, replay
from gofer.browser.table import Row, as_csv

__all__ = ["Playbook", "Replayed", "Row", "as_csv", "bind", "bundled", "hosts", "load", "replay"]
