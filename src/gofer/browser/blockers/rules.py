"""What answers, addresses and words weigh. 0.6 is enough; a text weighs 0.35, so that no keyword ever fires alone."""

import re
from urllib.parse import urlsplit

from gofer.browser.blockers import phrases
from gofer.browser.blockers.clues import Rule, See
from gofer.browser.blockers.signs import NOTICE, Signs
from gofer.core.blocker import BlockerKind as Kind

REFUSALS = (401, 403, 405, 406, 429, 503)


def status(*wanted: int) -> See:
    """The answer's status is one of these."""
    return lambda signs: f"HTTP {signs.status}" if signs.status in wanted else None


def header(name: str, pattern: str, *statuses: int) -> See:
    """The answer has this header, with one of these statuses where some are given."""
    wanted = re.compile(pattern, re.I)

    def see(signs: Signs) -> str | None:
        found = wanted.search(signs.headers.get(name, ""))
        fits = found and (not statuses or signs.status in statuses)
        return f"{name}: {found[0]}" if found and fits else None

    return see


def text(phrase: re.Pattern[str]) -> See:
    """The page says so loudly, or what covers the page does."""

    def see(signs: Signs) -> str | None:
        found = phrase.search(signs.message)
        return _clipped(found[0]) if found else None

    return see


def challenge_text(signs: Signs) -> str | None:
    """The words of a challenge stand beside its picture, so all of a short page counts."""
    found = phrases.CAPTCHA.search(signs.text) if len(signs.text) < NOTICE and not signs.tells else None
    return _clipped(found[0]) if found else text(phrases.CAPTCHA)(signs)


def url(pattern: re.Pattern[str]) -> See:
    """The address itself says so."""

    def see(signs: Signs) -> str | None:
        found = pattern.search(signs.url)
        return _clipped(found[0]) if found else None

    return see


def bare(signs: Signs) -> str | None:
    """Nothing but the notice."""
    return f"nothing else on the page ({len(signs.text)} characters, {signs.links} links)" if signs.bare else None


def lone(signs: Signs) -> str | None:
    """Nothing but the message and its task."""
    return f"one message on the page ({len(signs.text)} characters, {signs.links} links)" if signs.lone else None


def empty(signs: Signs) -> str | None:
    """Nothing at all."""
    return "the page is empty" if signs.empty else None


def login_text(signs: Signs) -> str | None:
    """The page says that one has to log in, and does not sell something instead."""
    said = text(phrases.LOGIN_WALL)(signs)
    sells = phrases.SUBSCRIPTION.search(signs.dialog or signs.text)
    return None if said is None or (sells and not _password(signs)) else said


def sent_to_login(signs: Signs) -> str | None:
    """Another page was asked for, or the address remembers which."""
    asked, here = urlsplit(signs.asked), urlsplit(signs.url)
    if not phrases.SIGN_IN_PATH.search(here.path):
        return None
    if signs.asked and asked.path != here.path and not phrases.SIGN_IN_PATH.search(asked.path):
        return f"{asked.path} led to {here.path}"
    found = phrases.RETURN_PARAMETER.search(signs.url)
    return f"{here.path} with {found[0][1:]}…" if found else None


def password(signs: Signs) -> str | None:
    """One password to give, not a new one to choose."""
    return "a password field" if _password(signs) else None


def _password(signs: Signs) -> bool:
    found = [field for field in signs.fields if field.type == "password" and (field.near or signs.short)]
    return len(found) == 1 and found[0].autocomplete != "new-password"


def covered_by_login(signs: Signs) -> str | None:
    """The password field stands in what covers the page."""
    return "a login form covers the page" if signs.dialog_asks_password and _password(signs) else None


def unchanged(signs: Signs) -> str | None:
    """Nothing that was done led anywhere."""
    return f"the same page after {signs.unchanged} actions" if signs.unchanged >= 3 else None


def _clipped(value: str) -> str:
    return " ".join(value.split())[:120]


HTTP = (
    Rule(Kind.ACCESS_DENIED, "status", 0.4, status(403), "The site refuses, but some sites answer 403 with a page."),
    Rule(Kind.ACCESS_DENIED, "status", 0.3, status(401), "Rather asks for a login."),
    Rule(Kind.ACCESS_DENIED, "status", 0.65, status(407, 451), "A proxy or a law refuses; nothing else means this."),
    Rule(Kind.RATE_LIMITED, "status", 0.65, status(429), "The status exists for nothing else."),
    Rule(Kind.LOGIN, "status", 0.4, status(401), "Means who-are-you; APIs and firewalls misuse it."),
    Rule(Kind.LOGIN, "status", 0.2, status(403), "Some frameworks answer a missing login so.", supports=True),
    Rule(Kind.BOT_BLOCKED, "status", 0.4, status(403), "How firewalls refuse; so do sites.", supports=True),
    Rule(Kind.BOT_BLOCKED, "status", 0.3, status(405, 406, 429, 503), "Firewalls' other refusals.", supports=True),
    Rule(Kind.BOT_BLOCKED, "status", 0.65, status(999), "A large network's own number for bots."),
    Rule(Kind.CAPTCHA, "status", 0.2, status(403, 405, 429, 503), "Challenges come with these.", supports=True),
    Rule(Kind.CAPTCHA, "header", 0.7, header("cf-mitigated", "challenge"), "Cloudflare says so itself.", "cloudflare"),
    Rule(Kind.BOT_BLOCKED, "header", 0.7, header("cf-mitigated", "block"), "Cloudflare says so itself.", "cloudflare"),
    Rule(
        Kind.BOT_BLOCKED,
        "header",
        0.1,
        header("server", "cloudflare", *REFUSALS),
        "Names the vendor, no more.",
        "cloudflare",
        supports=True,
    ),
    Rule(Kind.RATE_LIMITED, "header", 0.25, header("retry-after", ".+", 403, 429, 503), "When to come back."),
    Rule(Kind.RATE_LIMITED, "header", 0.2, header("x-ratelimit-remaining", r"^0\b", *REFUSALS), "Nothing left."),
    Rule(Kind.LOGIN, "header", 0.3, header("www-authenticate", r"\w+", 401), "Asks for a name and a password."),
    Rule(Kind.CAPTCHA, "header", 0.8, header("x-amzn-waf-action", "captcha"), "The firewall says so.", "aws-waf"),
    Rule(
        Kind.BOT_BLOCKED, "header", 0.65, header("x-amzn-waf-action", "challenge"), "The firewall says so.", "aws-waf"
    ),
    Rule(
        Kind.BOT_BLOCKED,
        "header",
        0.4,
        header("x-datadome", ".+", 403, 405, 429),
        "On every answer of a protected site; with a refusal it names who refuses.",
        "datadome",
    ),
    Rule(Kind.BOT_BLOCKED, "header", 0.4, header("x-dd-b", ".+", 403, 405, 429), "DataDome's mark.", "datadome"),
    Rule(
        Kind.BOT_BLOCKED, "header", 0.35, header("set-cookie", r"\bdatadome=", 403, 405, 429), "Its cookie.", "datadome"
    ),
    Rule(
        Kind.BOT_BLOCKED,
        "header",
        0.35,
        header("server", "akamaighost", 403, 429),
        "The edge itself refuses.",
        "akamai",
    ),
    Rule(
        Kind.BOT_BLOCKED,
        "header",
        0.35,
        header("set-cookie", r"\b(_abck|bm_sz|ak_bmsc)=", 403, 405, 429),
        "On every answer of a protected site; with a refusal it names who refuses.",
        "akamai",
    ),
    Rule(
        Kind.BOT_BLOCKED,
        "header",
        0.35,
        header("set-cookie", r"\b(_px\w*|pxhd|_pxhd)=", 403, 429),
        "Its cookie.",
        "perimeterx",
    ),
    Rule(Kind.BOT_BLOCKED, "header", 0.6, header("x-kpsdk-ct", ".+", 403, 429), "Kasada's challenge token.", "kasada"),
    Rule(
        Kind.BOT_BLOCKED,
        "header",
        0.35,
        header("set-cookie", r"\b(incap_ses|visid_incap|nlbi_)\w*=", 403, 405, 429, 503),
        "Its cookie, with a refusal.",
        "imperva",
    ),
    Rule(
        Kind.BOT_BLOCKED,
        "header",
        0.3,
        header("x-iinfo", ".+", 403, 405, 429, 503),
        "Its mark, with a refusal.",
        "imperva",
    ),
)

ADDRESS = (
    Rule(Kind.CAPTCHA, "url", 0.35, url(phrases.CAPTCHA_PATH), "Challenge pages live there; so may an article."),
    Rule(Kind.MFA, "url", 0.2, url(phrases.CODE_PATH), "Where second factors are asked.", supports=True),
    Rule(Kind.LOGIN, "url", 0.35, sent_to_login, "Another page was wanted, the login came."),
)

WORDS = (
    Rule(Kind.CAPTCHA, "text", 0.35, challenge_text, "What challenges say."),
    Rule(Kind.BOT_BLOCKED, "text", 0.35, text(phrases.BOT_BLOCKED), "What firewalls say."),
    Rule(
        Kind.BOT_BLOCKED,
        "text",
        0.4,
        text(re.compile(r"Reference\s*(ID|#|&#35;)?:?\s*#?\s*\d+\.[0-9a-f]{6,}\.\d+", re.I)),
        "The edge's own reference number.",
        "akamai",
    ),
    Rule(
        Kind.BOT_BLOCKED,
        "text",
        0.5,
        text(re.compile(r"Incapsula incident ID:? *[\d-]+", re.I)),
        "The firewall's own incident number.",
        "imperva",
    ),
    Rule(
        Kind.BOT_BLOCKED,
        "marker",
        0.15,
        text(re.compile(r"(cloudflare )?ray id:? *[0-9a-f]{10,}", re.I)),
        "Names the vendor; its error pages say it too.",
        "cloudflare",
        supports=True,
    ),
    Rule(Kind.ACCESS_DENIED, "text", 0.35, text(phrases.ACCESS_DENIED), "What refusals say."),
    Rule(Kind.RATE_LIMITED, "text", 0.35, text(phrases.RATE_LIMITED), "What limits say."),
    Rule(Kind.MFA, "text", 0.35, text(phrases.APPROVE_ELSEWHERE), "The second factor is on another device."),
    Rule(Kind.LOGIN, "text", 0.35, login_text, "A login form is a wall where it says what for."),
)

SHAPE = (
    *(
        Rule(kind, "page", 0.3, bare, "A notice stands alone; an article about it does not.", supports=True)
        for kind in (Kind.BOT_BLOCKED, Kind.ACCESS_DENIED, Kind.RATE_LIMITED)
    ),
    Rule(Kind.MFA, "page", 0.3, lone, "Nothing but the second factor.", supports=True),
    Rule(Kind.CAPTCHA, "page", 0.2, lone, "A challenge shows something to do; words alone are none.", supports=True),
    Rule(Kind.LOGIN, "page", 0.25, lone, "A login page, not a login box beside the news.", supports=True),
    Rule(Kind.BOT_BLOCKED, "page", 0.35, empty, "A script judges and shows nothing.", supports=True),
    Rule(Kind.LOGIN, "field", 0.3, password, "A login form; which may be the errand itself."),
    Rule(Kind.LOGIN, "marker", 0.3, covered_by_login, "The page is there, but behind it."),
    Rule(Kind.CAPTCHA, "progress", 0.2, unchanged, "What is done leads nowhere.", supports=True),
    Rule(Kind.BOT_BLOCKED, "progress", 0.25, unchanged, "What is done leads nowhere.", supports=True),
)

RULES = (*HTTP, *ADDRESS, *WORDS, *SHAPE)
