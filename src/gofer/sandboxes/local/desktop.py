"""What the `desktop` profile adds to a sandbox: the script that starts it and Chromium's first settings."""

import json
from pathlib import Path

SCRIPT = "/run/gofer/desktop.sh"
START = f"exec sh {SCRIPT}"
DISPLAY = ":1"
PREFERENCES = {
    "browser": {"check_default_browser": False},
    "credentials_enable_service": False,
    "profile": {"password_manager_enabled": False, "exit_type": "Normal"},
    "autofill": {"profile_enabled": False, "credit_card_enabled": False},
    "translate": {"enabled": False},
    "session": {"restore_on_startup": 5},
    "download": {"default_directory": "/workspace/downloads", "prompt_for_download": False},
    "savefile": {"default_directory": "/workspace/downloads"},
}

OWN_HOSTS = frozenset({"clients2.google.com", "update.googleapis.com", "optimizationguide-pa.googleapis.com"})
"""Where Chromium goes for itself, whatever its flags say: refused like any other, but no news to the errand's owner."""


def files() -> dict[str, str]:
    """Files to be put into the sandbox, by path."""
    script = Path(__file__).with_name("desktop.sh").read_text()
    return {SCRIPT: script, "/run/gofer/preferences.json": json.dumps(PREFERENCES)}
