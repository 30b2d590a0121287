"""Applications and tools are light: a browser's driver is loaded only when a browser is."""

import subprocess
import sys


def test_importing_applications_and_tools_does_not_load_playwright() -> None:
    code = (
        "import sys, gofer.apps.browse, gofer.apps.chat, gofer.demo.shop, gofer.tools.browser, gofer.tools.playbook;"
        "sys.exit('playwright' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
