"""Who puts challenges before pages, and what each leaves behind in a page. Sources: the vendors' own guides."""

import re
from dataclasses import dataclass, field

NOTHING = re.compile(r"(?!)")


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.I)


@dataclass(frozen=True)
class Vendor:
    """The traces of one vendor's challenge. All patterns are searched in addresses."""

    name: str
    frames: re.Pattern[str] = NOTHING
    hidden: re.Pattern[str] = NOTHING
    """Frames of it that ask nothing of anybody."""
    refusing: re.Pattern[str] = NOTHING
    """Frames that offer no task: the visitor is turned away."""
    scripts: re.Pattern[str] = NOTHING
    widgets: tuple[str, ...] = ()
    response: tuple[str, ...] = ()
    """Fields that hold a token once the challenge is passed."""
    inline: tuple[str, ...] = ()
    """Words that only its challenge page has in a script."""
    solved: tuple[str, ...] = ()
    least: tuple[int, int] = field(default=(60, 30))
    """Width and height below which nobody could use the widget."""


VENDORS: tuple[Vendor, ...] = (
    Vendor(
        "recaptcha",
        frames=_any(r"/recaptcha/(api2|enterprise)/(anchor|bframe)"),
        hidden=_any(r"size=invisible"),
        scripts=_any(r"(google\.com|recaptcha\.net|gstatic\.com)/recaptcha/"),
        widgets=(".g-recaptcha",),
        response=("[name^='g-recaptcha-response']",),
        least=(150, 55),
    ),
    Vendor(
        "hcaptcha",
        frames=_any(r"hcaptcha\.com/.*hcaptcha.*\.html", r"^https?://(newassets\.|assets\.)?hcaptcha\.com/captcha"),
        hidden=_any(r"frame=checkbox-invisible", r"size=invisible"),
        scripts=_any(r"hcaptcha\.com/1/(api|secure-api)\.js", r"hcaptcha\.com/captcha"),
        widgets=(".h-captcha",),
        response=("[name^='h-captcha-response']",),
        least=(150, 55),
    ),
    Vendor(
        "turnstile",
        frames=_any(
            r"challenges\.cloudflare\.com/.*turnstile", r"challenges\.cloudflare\.com/cdn-cgi/challenge-platform"
        ),
        scripts=_any(r"challenges\.cloudflare\.com/turnstile/"),
        widgets=(".cf-turnstile",),
        response=("[name^='cf-turnstile-response']", "[name='cf_challenge_response']"),
        least=(120, 50),
    ),
    Vendor(
        "cloudflare",
        scripts=_any(r"/cdn-cgi/challenge-platform/.*(orchestrate|chl_)"),
        widgets=(
            "#challenge-form",
            "#challenge-stage",
            "#challenge-running",
            "#cf-challenge-running",
            ".cf-browser-verification",
        ),
        inline=("_cf_chl_opt", "_cf_chl_ctx"),
    ),
    Vendor(
        "arkose",
        frames=_any(r"arkoselabs\.(com|cn)/", r"funcaptcha\.com/"),
        scripts=_any(r"arkoselabs\.(com|cn)/", r"funcaptcha\.com/"),
        widgets=("#FunCaptcha", "#arkose", "[id^='arkose-']", "[data-pkey]"),
        least=(150, 60),
    ),
    Vendor(
        "datadome",
        frames=_any(r"captcha-delivery\.com/(captcha|interstitial)", r"datado\.me/captcha"),
        refusing=_any(r"captcha-delivery\.com/.*[?&]t=bv\b"),
        scripts=_any(r"captcha-delivery\.com/(c|i|captcha)\.js"),
        widgets=("#ddv1-captcha-container",),
    ),
    Vendor(
        "perimeterx",
        frames=_any(r"(px-cdn|px-cloud|px-client|perimeterx)\.net/.*captcha", r"captcha\.px-"),
        scripts=_any(r"captcha\.px-(cdn|cloud)\.net/", r"/captcha/captcha\.js\?a=[cb]&", r"/captcha/PX\w+/captcha\.js"),
        widgets=("#px-captcha", ".px-captcha-container", "#px-captcha-wrapper"),
        inline=("_pxAppId", "_pxUuid"),
    ),
    Vendor(
        "akamai",
        frames=_any(r"/_sec/cp_challenge/"),
        scripts=_any(r"/_sec/cp_challenge/"),
        widgets=("#sec-if-cpt-container", "#sec-cpt-if", "#sec-bc-text-container", "#sec-container"),
    ),
    Vendor(
        "aws-waf",
        scripts=_any(r"(captcha-sdk|captcha)\.awswaf\.com/"),
        widgets=(
            "#captcha-container[class*='amzn']",
            "awswaf-captcha",
            "#amzn-captcha-verify-button",
            ".amzn-captcha-modal",
        ),
        inline=("gokuProps", "AwsWafCaptcha"),
    ),
    Vendor(
        "imperva",
        frames=_any(r"_Incapsula_Resource"),
        refusing=_any(r"_Incapsula_Resource"),
        inline=("_Incapsula_Resource?SWJIYLWA",),
    ),
    Vendor("kasada", scripts=_any(r"/149e9513-01fa-4fb0-aad4-566afd725d1b/", r"/ips\.js(\?|$)"), inline=("KPSDK",)),
    Vendor(
        "geetest",
        frames=_any(r"geetest\.com/"),
        scripts=_any(r"geetest\.com/.*\.js", r"/gt[34]?\.js"),
        widgets=(".geetest_holder", ".geetest_box", ".geetest_captcha", ".geetest_panel_box"),
        response=("[name='geetest_validate']",),
        solved=(".geetest_lock_success", ".geetest_success_radar_tip_content"),
    ),
    Vendor(
        "mtcaptcha",
        frames=_any(r"mtcaptcha\.com/"),
        scripts=_any(r"mtcaptcha\.com/"),
        widgets=(".mtcaptcha",),
        response=("[name='mtcaptcha-verifiedtoken']",),
    ),
    Vendor(
        "friendlycaptcha",
        frames=_any(r"frcapi\.com/", r"friendlycaptcha\.(com|eu)/"),
        scripts=_any(r"friendly-?(captcha|challenge)", r"frcapi\.com/"),
        widgets=(".frc-captcha",),
        response=("[name='frc-captcha-solution']", "[name='frc-captcha-response']"),
    ),
    Vendor(
        "yandex",
        frames=_any(r"smartcaptcha\.(yandexcloud\.net|cloud\.yandex\.ru)/"),
        scripts=_any(r"smartcaptcha\.(yandexcloud\.net|cloud\.yandex\.ru)/"),
        widgets=(".smart-captcha", ".CheckboxCaptcha", ".AdvancedCaptcha"),
        response=("[name='smart-token']",),
    ),
    Vendor(
        "tencent",
        frames=_any(r"captcha\.(gtimg|qq|qcloud|myqcloud)\.com/"),
        scripts=_any(r"captcha\.(gtimg|qq|qcloud|myqcloud)\.com/"),
        widgets=("#tcaptcha_transform", ".tencent-captcha"),
    ),
    Vendor(
        "altcha",
        scripts=_any(r"altcha(\.min)?\.js"),
        widgets=("altcha-widget",),
        response=("[name='altcha']",),
        solved=("altcha-widget[data-state='verified']", "altcha-widget [data-state='verified']"),
    ),
)

OWN_WIDGETS = (
    "[id*='captcha' i]:not(iframe,input,textarea,script,img,label,body,html,form,section,article)",
    "[class*='captcha' i]:not(iframe,input,textarea,script,img,label,body,html,form,section,article)",
    "[class*='slide-verify' i], [class*='slider-verify' i], [class*='verify-slider' i], [id*='nc_1_wrapper']",
)
"""A site's own challenge names itself; it counts with words and something to use in it, never alone."""
