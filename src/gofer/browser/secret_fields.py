"""Which fields of a page hold what no view, no picture and no event shows, as a selector for the page's scripts."""

from gofer.browser.secrecy import SECRET

SECRET_FIELDS = ", ".join(["input[type=password]", *(f'[autocomplete~="{word}" i]' for word in sorted(SECRET))])
