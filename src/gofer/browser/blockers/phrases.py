"""What pages say when they want a human, in the languages of the errands; a phrase alone never fires."""

import re


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(phrases), re.I)


CAPTCHA = _any(
    # en
    r"(verify|confirm|prove|make sure|check(ing)? (if|that)|ensure)( that)? you( are|"
    r"['’]re)( a)?( not a (ro)?bot| human| a real person| real)",
    r"i['’]?a?m not a robot",
    r"verifying you are human",
    r"\bare you (a )?(human|robot)\b",
    r"press (and|&) hold",
    r"(complete|solve|pass) (the|this|a) ((quick |short |security |following )*)(captcha|challenge|"
    r"puzzle|security check|check)",
    r"(enter|type) the (characters|letters|text|code|numbers|digits|words)( that)?( you)? (see|shown|"
    r"in the|below|from the)",
    r"(slide|drag)( the)? (slider|puzzle|arrow|piece|to (verify|complete|unlock))",
    r"select all (images|squares|pictures)",
    r"unusual (traffic|activity).{0,200}(captcha|robot|human|challenge)",
    r"(let's|let us) confirm you",
    r"one more step.{0,60}(security check|captcha)",
    r"needs to review the security of your connection",
    # de
    r"(bestätige|beweise|verifiziere|überprüfe)n?( sie)?,? (bitte,? )?dass (sie|du) (ein mensch|kein(e)? (ro)?bot)",
    r"ich bin kein roboter",
    r"(zeichen|buchstaben|ziffern|text) (aus|in|von) dem bild",
    r"sicherheitsabfrage",
    r"schieben? sie den regler",
    # fr
    r"(vérifi|confirm|prouv)\w*( que)? vous (êtes|n['’]êtes)( bien)? (un humain|humain|pas un robot|une personne)",
    r"je ne suis pas un robot",
    r"(recopiez|saisissez|entrez) (les|le) (caractères|lettres|code|texte)( affiché| de l['’]image|"
    r" que vous voyez| ci-dessous| visible)",
    r"vérification de sécurité en cours",
    r"faites glisser",
    # es
    r"(verifi|confirm|demuestr|comprob|compruebe)\w*( que)?( usted)? (eres|es|no eres|no es)( un|"
    r" una)? (humano|ser humano|persona|robot)",
    r"no soy un robot",
    r"(escrib|introduz|introduc|ingres)\w* (los caracteres|las letras|el código|el texto)( que (ve|"
    r"aparece)| de la imagen)",
    r"(desliza|arrastr)\w* (el|la|para)",
    # pt
    r"(verifi|confirm|prov)\w*( que)? (você |voce )?(é|não é)( um| uma)? (humano|ser humano|pessoa|robô)",
    r"n[ãa]o sou um rob[ôo]",
    r"(digite|insira) (os caracteres|as letras|o código|o texto)( que| da| mostrad)",
    # it
    r"(verific|conferm|dimostr)\w*( di| che)? (essere|sei|non sei)( un)? (umano|essere umano|robot)",
    r"non sono un robot",
    r"(inserisci|digita) (i caratteri|le lettere|il codice)( che| mostrat| dell)",
    # nl
    r"(bevestig|controleer|bewijs)( even)? dat (je|u) (een mens|geen robot)",
    r"ik ben geen robot",
    r"(typ|voer) de (tekens|letters|code) (in|over|uit)",
    # pl
    r"(potwierd|udowodni|sprawd)\w*,? (że )?(jesteś|nie jesteś) (człowiekiem|robotem)",
    r"nie jestem robotem",
    r"(przepisz|wpisz) (znaki|kod|litery|tekst) z (obrazka|obrazu)",
    # tr
    r"(robot olmadığınızı|insan olduğunuzu) (doğrula|onayla|kanıtla)\w*",
    r"(ben )?robot değilim",
    r"(resimdeki|görüntüdeki) (karakterleri|kodu|harfleri)",
    # ru
    r"(подтвердите|докажите|убедит\w+|проверя\w+),? что вы (не робот|человек)",
    r"я не робот",
    r"(введите|наберите) (символы|код|буквы|текст|цифры) с (картинки|изображения)",
    # ja
    r"(人間|ロボットではない)(である)?こと(を|の)(確認|証明)",
    r"私はロボットではありません",
    r"(画像|表示)(に|の|されて)(表示|ある|いる)?.{0,8}(文字|数字)を入力",
    # zh
    r"(验证|确认|證明|证明)(您|你)(是|不是)(真人|人类|机器人|機器人)",
    r"我不是机器人",
    r"(拖动|滑动)(下方|左边)?(滑块|拼图)",
    r"请输入(图片|图中|上图)(中)?的?(字符|验证码|文字)",
    r"安全验证",
    # ar
    r"(تأكيد|تحقق|أكد|التحقق من|إثبات) (من )?أنك (إنسان|لست روبوت|بشر)",
    r"(أنا )?لست (برنامج )?روبوت",
    r"(أدخل|اكتب) (الأحرف|الرموز|الحروف)",
)

BOT_BLOCKED = _any(
    r"(you|your ip( address)?|your (browser|request|connection|access)) (have|has) been (blocked|flagged)",
    r"(unusual|suspicious|automated|abnormal) (traffic|activity|queries|requests|behaviou?r)",
    r"(we (think|believe|suspect)|looks like|appears( that)?) you( might be| may be| are|"
    r"['’]re)? (an? |using )?(ro)?(bot|automat)",
    r"pardon our interruption",
    r"(bots?|automated (access|tools|clients|browsers|software)|scrap(ing|ers?)) (is|are|has been|"
    r"have been)( strictly)? (not (allowed|permitted)|blocked|prohibited|detected)",
    r"(automated|bot) (access|activity) (detected|denied|blocked)",
    r"blocked (by|because of|due to).{0,40}(security|bot|firewall|protection|automat)",
    r"request unsuccessful\. incapsula",
    r"(checking|verifying) your browser",
    r"(ungewöhnliche[rn]?|verdächtige[rn]?|automatisierte[rn]?) (datenverkehr|aktivität|anfragen|zugriffe?)",
    r"(sie|ihre (ip|anfrage|verbindung)[\w -]*) (wurden?|ist) (gesperrt|blockiert)",
    r"(trafic|activité) (inhabituel|suspect|automatis)\w*",
    r"(vous avez été|votre (adresse ip|requête|accès) a été) bloquée?",
    r"(tráfico|actividad) (inusual|sospechos[oa]|automatizad[oa])",
    r"(ha sido|has sido|fue) bloquead[oa]",
    r"(tráfego|atividade) (incomum|suspeit[oa]|automatizad[oa])",
    r"(você|seu (ip|acesso)) foi bloqueado",
    r"(traffico|attività) (insolit|sospett|anomal|automatizzat)\w*",
    r"(sei stato|il tuo (ip|accesso) è stato) bloccato",
    r"(ongebruikelijk|verdacht|geautomatiseerd)e? (verkeer|activiteit|gedrag)",
    r"(nietypow|podejrzan|zautomatyzowan)\w+ (ruch|aktywność|zapytania)",
    r"(olağan ?dışı|şüpheli|otomatik) (trafik|etkinlik|istek)",
    r"(подозрительн|необычн|автоматическ)\w+ (трафик|активност|запрос)\w*",
    r"(ваш ip|доступ с вашего|вы были|ваш запрос)[\w\s-]{0,20}заблокирован\w*",
    r"(異常な|不審な|自動化された)(トラフィック|アクセス|アクティビティ|通信)",
    r"(异常|可疑|自动化)(流量|访问|请求|活动)",
    r"(访问|请求|IP).{0,8}(被拦截|被阻断|已被屏蔽)",
    r"(حركة مرور|نشاط) (غير (عادي|معتاد)\w*|مشبوه\w*)",
    r"تم حظر(ك|كم| عنوان| وصول)",
)

ACCESS_DENIED = _any(
    r"access( to this (page|site|resource|content))? (is |has been |was )?(denied|forbidden|restricted)",
    r"(you (do not|don['’]t) have|without|insufficient|no) (the )?(permission|access|authori[sz]ation|"
    r"privileges|rights)",
    r"\b(403|error 403)\b.{0,20}forbidden|^forbidden$|forbidden\b.{0,60}(access|permission)",
    r"you( are|['’]re) not (authori[sz]ed|allowed|permitted)",
    r"(not|isn['’]t) available in your (country|region|location|area)",
    r"(due to|for) legal reasons",
    r"proxy authentication required",
    r"zugriff (verweigert|gesperrt|nicht erlaubt|untersagt)",
    r"(keine|fehlende) (berechtigung|zugriffsrechte|rechte)",
    r"in (ihrem|deinem) land nicht verfügbar",
    r"accès (refusé|interdit|restreint)",
    r"(n['’]avez pas|pas) (l['’]autorisation|les droits|la permission|accès)",
    r"(n['’]est pas|pas) disponible dans votre (pays|région)",
    r"acceso (denegado|prohibido|restringido)",
    r"no (tiene|tienes|dispone)s?( de)? (permiso|autorización|acceso)",
    r"no (está )?disponible en (su|tu) (país|región)",
    r"acesso (negado|proibido|restrito)",
    r"não (tem|possui) (permissão|autorização|acesso)",
    r"não (está )?disponível (no seu|em seu|na sua) (país|região)",
    r"accesso (negato|vietato|non consentito)",
    r"non (hai|dispon\w+|si dispone)( dei| delle| di)? (permess|autorizzazion|diritt)\w+",
    r"toegang (geweigerd|verboden|ontzegd)",
    r"(geen|niet de juiste) (toegang|toestemming|rechten)",
    r"(odmowa dostępu|dostęp (zabroniony|zablokowany|wzbroniony))",
    r"(brak|nie masz) (uprawnień|dostępu)",
    r"erişim (engellendi|reddedildi|yasak)",
    r"(izniniz|yetkiniz|erişim yetkiniz) (yok|bulunm)\w*",
    r"(доступ (запрещ[её]н|ограничен|закрыт)|отказано в доступе)",
    r"(нет|недостаточно) прав",
    r"アクセス(が|は)?(拒否|禁止|制限)",
    r"(権限|アクセス権)が(ありません|ない)",
    r"(拒绝访问|访问被拒绝|禁止访问|无权访问|没有权限|存取被拒)",
    r"(تم رفض|رُفض) (الوصول|الدخول)|(الوصول|الدخول) (مرفوض|ممنوع|محظور)",
    r"(ليس لديك|لا تملك) (إذن|صلاحية|تصريح)",
)

RATE_LIMITED = _any(
    r"too many (requests|attempts|tries|searches|queries)",
    r"(rate|request) limit(ed)?( has been| was)?( exceeded| reached|ed)?",
    r"(slow down|you['’]re going too fast|making requests too (quickly|fast))",
    r"(exceeded|reached)( \w+){0,3} (limit|quota|number of requests)",
    r"temporarily (limited|throttled)",
    r"zu viele (anfragen|versuche|zugriffe)",
    r"trop de (requêtes|demandes|tentatives)",
    r"demasiad[ao]s (solicitudes|peticiones|intentos)",
    r"(muitas|demasiadas|excesso de) (solicitações|requisições|tentativas|pedidos)",
    r"troppe (richieste|tentativi)|troppi tentativi",
    r"te veel (verzoeken|pogingen|aanvragen)",
    r"zbyt wiele (żądań|zapytań|prób)",
    r"çok fazla (istek|deneme|sayıda istek)",
    r"(слишком много|превышен\w* (лимит|количество)) (запросов|попыток)",
    r"(リクエスト|アクセス|試行)(回数)?が(多すぎ|集中|上限)",
    r"(请求|访问|操作)(过于|太)(频繁|快)|请求次数过多",
    r"(طلبات|محاولات) (كثيرة|أكثر من اللازم)|عدد كبير (جدا|جدًا) من (الطلبات|المحاولات)",
)

ONE_TIME_CODE = _any(
    r"(one[- ]?time|verification|authentication|security|confirmation|login|sign-?in|access|6-digit|"
    r"six-digit|\d-digit)[- ](pass)?(code|pin|password)",
    r"\b(otp|totp|2fa|mfa|two-factor|2-step|two-step|multi-factor)\b",
    r"(sent|texted|e-?mailed)( you)?( an?)?( \w+){0,3} code",
    r"authenticator( app)?",
    r"code (we|that we|just) (sent|texted|e-?mailed)",
    r"(enter|type) the code",
    r"(bestätigungs|sicherheits|einmal|anmelde|verifizierungs|prüf)[- ]?(code|kennwort|passwort)|\bTAN\b|zwei-faktor",
    r"code (de (vérification|sécurité|confirmation)|à usage unique|à \d chiffres|reçu par)",
    r"(validation|double authentification|authentification à deux facteurs)",
    r"código (de (verificación|seguridad|confirmación|acceso)|de un solo uso|de \d dígitos)",
    r"código (de (verificação|segurança|confirmação|acesso)|de uso único|de \d dígitos)",
    r"codice (di (verifica|sicurezza|conferma|accesso)|monouso|otp|a \d cifre)",
    r"(verificatie|bevestigings|beveiligings|eenmalige)[- ]?code|eenmalige code",
    r"kod (weryfikacyjny|jednorazowy|potwierdzający|sms|bezpieczeństwa|uwierzytelni\w+)|\d-cyfrowy kod",
    r"(doğrulama|onay|güvenlik|tek kullanımlık) (kod|şifre)\w*",
    r"(код (подтверждения|из смс|из sms|проверки|безопасности|доступа|аутентификации)|"
    r"одноразовый (код|пароль)|\d-значный код)",
    r"(認証|確認|ワンタイム|検証|セキュリティ)(コード|パスワード|番号)|2\s?段階認証",
    r"(短信|手机|动态|邮箱|安全)?(验证码|驗證碼|校验码|动态码)|两步验证|双重验证",
    r"(رمز|كود) (التحقق|التأكيد|الأمان|لمرة واحدة|المصادقة)",
)

NOT_A_LOGIN_CODE = _any(
    r"gift ?card|voucher|coupon|\bpromo|discount code|loyalty|\bredeem|geschenk|gutschein|"
    r"carte cadeau|tarjeta (de )?regalo",
    r"cadeau(bon|kaart)|kart\w podarunkow|\bbuono|cart[aã]o[- ]presente|подарочн|ギフト|礼品卡|hediye (kart|"
    r"çek)|بطاقة هدية",
    r"post(al)? ?code|\bzip\b|postleitzahl|\bplz\b|code postal|código postal|\bcep\b|\bcap\b|kod pocztowy|posta kodu",
    r"почтовый|индекс|郵便番号|邮政编码|الرمز البريدي",
    r"\bcvv2?\b|\bcvc\b|card number|kartennummer|sort code|\biban\b|expiry|ablaufdatum",
    r"tracking|sendungs|licen[cs]e (key|code)|\bserial\b|product (key|code)|seriennummer|lotter|lotto|"
    r"crossword|sudoku|puzzle|your guess",
    r"quantity|\bmenge\b|date of birth|birthday|geburts|(room|game|class|invite|invitation|join|"
    r"meeting|event) (code|pin|id)",
    r"(booking|reservation|flight|reference|order|student|employee|member(ship)?) (number|code)|"
    r"buchungs|kundennummer|meter reading|zählerstand",
)

ANY_SECURITY_CODE = _any(
    r"security|sécurité|sicherheits|seguridad|segurança|sicurezza|beveiliging|bezpieczeństwa|güvenlik|безопасности",
    r"セキュリティ|安全|الأمان",
)
"""Cards and doors have a security code too: beside words of those it is no one-time code."""

APPROVE_ELSEWHERE = _any(
    r"(approve|confirm)( the| this| your)? (sign[- ]?in|login|request|notification|it).{0,40}(phone|device|app)",
    r"(check|open|look at|unlock) your (phone|device|mobile)",
    r"(tap|press) (yes|approve|the number).{0,60}(phone|device|app|notification)",
    r"(insert|touch|use|tap) your (security key|passkey)",
    r"(we sent|sent) a (notification|push|sign-in link|magic link)",
    r"(bestätige|genehmige)n?( sie)? .{0,40}(handy|smartphone|app|gerät)",
    r"sicherheitsschlüssel (ein|berühr|verwend)\w*",
    r"(confirmez|approuvez|validez) .{0,50}(téléphone|application|appareil|mobile)",
    r"(confirma|aprueba|confirme|apruebe) .{0,50}(teléfono|móvil|dispositivo|aplicación)",
    r"(confirme|aprove) .{0,50}(celular|telemóvel|dispositivo|aplicativo)",
    r"(conferma|approva) .{0,50}(telefono|smartphone|dispositivo|app)",
    r"(bevestig|keur) .{0,50}(telefoon|app|apparaat)",
    r"(potwierdź|zatwierdź) .{0,50}(telefon|aplikacj|urządzen)\w*",
    r"telefonunuz\w* .{0,50}(onayla|doğrula)\w*",
    r"(подтвердите|одобрите) .{0,50}(телефон|приложени|устройств)\w*",
    r"(スマートフォン|スマホ|携帯|アプリ|デバイス)で.{0,20}(承認|確認|許可)",
    r"(手机|应用|设备)(上|中).{0,12}(确认|批准|同意)",
    r"(وافق|أكد) .{0,50}(هاتفك|جهازك|التطبيق)",
)

LOGIN_WALL = _any(
    # "Sign in" or "Please sign in" alone heads every login form; a wall says what for.
    r"you (must|need to|have to|should) (be )?(first )?(sign|log)(ged|ed)?[ -]?(in|on)",
    r"(sign|log)[ -]?(in|on)( or (register|sign up|create an account|"
    r"join))?( with your [\w ]{1,30})? to (continue|view|see|access|read|proceed|keep|use)",
    r"(session|login) (has )?(expired|timed out|ended)",
    r"(signed|logged) out.{0,60}(again|log in|sign in)",
    r"(this (page|content|area) is|only) (for|available to|visible to) (registered|members|signed-in|logged-in)",
    r"(melde|loggen?|melden)( sie)?( sich| dich)?( bitte)?( zuerst)? (an|ein),? um|"
    r"anmeldung erforderlich|sitzung (ist )?abgelaufen|(müssen|musst) (sie |du )?(sich |"
    r"dich )?(zuerst )?(anmelden|einloggen|angemeldet)",
    r"(connectez|identifiez)-vous pour|(veuillez|vous devez) (vous |être )?(connecter?|"
    r"identifi)\w* pour|connexion (requise|obligatoire)|session (a )?expiré",
    r"(inicia|inicie) sesión para|debe(s)? iniciar sesión|identifícate para|sesión (ha )?(expirad|caducad)",
    r"(faça|efetue|inicie)( o)?( login| sess[ãa]o)( primeiro)? para|(é necessário|precisa) (fazer|"
    r"iniciar) (login|sessão)|sessão expir",
    r"(accedi|effettua l['’](accesso|login)) per|(devi|è necessario) (accedere|effettuare)|sessione (è )?scaduta",
    r"(log|meld je)( eerst)?( aan| in) om|je moet (ingelogd|aangemeld|eerst inloggen)|sessie (is )?verlopen",
    r"(zaloguj się),? aby|musisz (się zalogować|być zalogowan)|sesja wygasła|wymagane logowanie",
    r"(devam etmek|görmek|görüntülemek|erişmek) için (lütfen )?(giriş|oturum)|oturum(unuz)?(un)? (süresi|sona)",
    r"(войдите|авторизуйтесь)( в аккаунт)?,? чтобы|(необходимо|нужно) (войти|авторизоваться)|"
    r"сессия (истекла|завершена)|требуется (вход|авторизация)",
    r"(続行|閲覧|表示|利用|見る)(する)?には.{0,12}(ログイン|サインイン)|ログインが必要|セッションの有効期限",
    r"(请|請)先(登录|登入|登錄)|(登录|登入)后(查看|继续|可|才)|登录(状态)?已(过期|失效)",
    r"(سجّ?ل|قم بتسجيل|يجب تسجيل|يرجى تسجيل) الدخول (ل|من أجل|أولا)|انتهت (صلاحية )?(الجلسة|جلستك)",
)

SUBSCRIPTION = _any(
    r"subscri(be|ption|ber)|abonn|abonner|suscr[íi]b|assin(e|ar|atura)|prenumer|подпис|購読|会員登録|订阅|"
    r"abone|اشترك|premium|free trial|per month|pro monat|/month"
)

SIGN_IN_PATH = re.compile(
    r"/(log-?in|sign-?in|signin|auth|sso|account/login|anmelden|anmeldung|connexion|acceso|entrar|"
    r"accedi|inloggen|logowanie|giris|session/new)\b",
    re.I,
)
RETURN_PARAMETER = re.compile(
    r"[?&](next|return(_?(to|url|path))?|redirect(_?(to|uri|url))?|continue|dest(ination)?|service|"
    r"goto|back_?to|came_from|ref_?url)=",
    re.I,
)
CODE_PATH = re.compile(
    r"/(mfa|2fa|otp|totp|two[-_]?factor|two[-_]?step|verify[-_]?(code|otp|device)?|checkpoint|"
    r"challenge|step[-_]?up|confirm-login)(/|\?|$|\.)",
    re.I,
)
CAPTCHA_PATH = re.compile(
    r"(/cdn-cgi/challenge-platform|__cf_chl_|/(captcha|showcaptcha|validatecaptcha|verify-human|"
    r"robot-check|px/captcha|_sec/cp_challenge)(/|\?|$|\.)|/sorry/index|/errors/validatecaptcha)",
    re.I,
)
SUM = re.compile(
    r"\d{1,2}\s*[+\-−×x*]\s*\d{1,2}\s*(=|\?|$)|(what is|wie viel|combien|cuánto|quanto|ile|сколько).{0,12}\d"
)
CAPTCHA_NAME = re.compile(
    r"captcha|kaptcha|turing|human_?check|antispam|verif(y|ication)_?(image|picture)|vcode|checkcode|seccode", re.I
)


VENDOR_NAMES = _any(
    r"recaptcha", r"hcaptcha", r"turnstile", r"arkose|funcaptcha", r"datadome", r"perimeterx|human security",
    r"geetest", r"mtcaptcha", r"friendly ?captcha", r"smartcaptcha", r"altcha", r"kasada", r"imperva|incapsula",
)  # fmt: skip
"""Who guards pages; a page that names two of them tells about them."""

_SUBJECT = (
    r"(captchas?|turnstile|bots?\b|bot (detection|protection)|access denied|rate limit(s|ing)?|too many requests|"
    r"error (pages?|codes?)|status codes?|403|429|two-factor|log-?ins?|firewalls?|challenges?|blocked)"
)
TELLS_ABOUT = _any(
    rf"\b(how|why) [^|]*{_SUBJECT}[^|]*\b(works?|exists?|happens?|is|are|can|appears?|matters?|mean)\b",
    rf"\b(what (is|are|does)|understanding|explaining|introduction to|guide to|history of|about) "
    rf"([\w-]+ ){{0,3}}{_SUBJECT}",
    rf"{_SUBJECT}[^|]*\b(explained|glossary|in a nutshell|a primer|and why|and how)\b",
    rf"\bwie [^|]*{_SUBJECT}[^|]*\bfunktionier",
    rf"\b(was (ist|sind)|qu['’]est-ce qu|¿?qué (es|son)|cos['’]è|o que (é|são)) [^|]*{_SUBJECT}",
    rf"\b(comment (fonctionne|marche)|cómo funciona|come funziona|como funciona)\w* [^|]*{_SUBJECT}",
)
"""Titles and headings of a text whose subject is what stops other visitors."""
