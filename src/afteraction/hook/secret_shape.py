"""Whether a name or path looks like a secret, told without ``re``; if so, its hash stands for it.

Known prefixes, values of secret variables, what a sign sets, and personal data: a guess by entropy would hash the
agents' own ids. A prefix counts at the start of a word, and ``_`` and ``.`` equal ``-``, because the client turns every
such character of a project's path into ``-`` when it names the transcript's folder.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_PREFIXES = (
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat-", "gldt-", "glrt-", "glcbt-", "gloas-", "glptt-", "glft-",
    "glimt-", "glagent-", "glsoat-", "GR1348941", "xoxa-", "xoxb-", "xoxc-", "xoxd-", "xoxe-", "xoxp-", "xoxr-",
    "xoxs-", "xapp-", "AIza", "ya29.", "GOCSPX-", "dop_v1_", "doo_v1_", "dor_v1_", "shpat_", "shpss_", "shpca_",
    "shppa_", "eyJ", "ops_eyJ", "sk-ant-api", "sk-ant-oat", "sk-ant-sid", "sk-ant-admin", "ATATT3", "ATCTT3", "ATSTT3",
    "CCIPAT_", "CCIPRJ_", "hvs.", "hvb.", "hvr.", "sntrys_", "sntryu_", "sntrya_", "glsa_", "dckr_oat_", "xkeysib-",
    "xsmtpsib-", "NRAK-", "PMAK-", "figd_", "figdr_", "figoh_", "lsv2_pt_", "lsv2_sk_", "pscale_tkn_", "pscale_oauth_",
    "pscale_pw_", "tskey-", "HRKU-", "AGE-SECRET-KEY-1", "ABSKQmVk", "sq0atp-", "sq0csp-", "FLWSECK", "SWMTKN-",
    "amzn.mws.",
)  # fmt: skip
"""Each, followed by twelve characters of a token, is a credential: no word begins like this."""

WORD_PREFIXES = (
    "sk-", "sk_live_", "sk_test_", "sk_prod_", "sk_org_", "rk_live_", "rk_test_", "rk_prod_", "hf_", "npm_", "pypi-",
    "github_pat_", "SG.", "gsk_", "xai-", "AKIA", "ASIA", "ABIA", "ACCA", "A3T", "pplx-", "r8_", "nvapi-", "pat-",
    "whsec_", "lin_api_", "lin_oauth_", "dckr_pat_", "dapi", "glc_", "sbp_", "sb_secret_", "dp.pt.", "dp.st.",
    "dp.ct.", "dp.sa.", "pul-", "rubygems_", "CLOJARS_", "phc_", "phx_", "squ_", "sqp_", "sqa_", "ATBB", "ATTA",
    "bkua_", "LTAI", "AKID", "GOOG", "EAA", "tgp_v1_", "csk-", "jina_", "pcsk_", "tvly-", "fw_", "mlsn.", "ntn_",
    "rdme_", "apify_api_", "napi_", "mdb_sa_", "hcaik_", "hcxik_", "pylf_v", "dt0", "nfp_", "vcp_", "rnd_", "fm1r_",
    "fm2_", "fo1_", "SCW", "pdl_live_", "rzp_live_", "EZAK", "pk-lf-", "sk-lf-", "da2-", "oy2", "AKCp", "cmVmd",
    "sgp_", "wandb_v1_", "e2b_", "lip_", "aio_",
)  # fmt: skip
"""Names begin like this too (``sk-learn``): these need a part that no word is, see ``is_random``."""

ALWAYS = ("-----BEGIN",)
SETTINGS = ("password=", "passwd=", "passphrase=", "pwd=", "secret=", "token=", "key=", "auth=", "credential=")
"""What makes a secret of whatever follows it."""

SECRET_VARIABLE = (
    b"KEY", b"TOKEN", b"SECRET", b"PASSW", b"PASSPHRASE", b"CREDENTIAL", b"AUTH", b"PRIVATE", b"COOKIE", b"SESSION_ID",
    b"WEBHOOK", b"CONNECTION_STRING", b"DATABASE_URL", b"PWD", b"PASS", b"DSN", b"PAT",
)  # fmt: skip
SECRET_ENDING = (b"PWD", b"_PASS", b"DSN", b"_PAT")
ONLY_AT_THE_END = (b"PWD", b"PASS", b"DSN", b"PAT")
OPEN_VARIABLE = (b"AUTHOR", b"KEYBOARD", b"KEYMAP", b"MONKEY", b"TOKENIZER", b"SSH_AUTH_SOCK")
"""Variables whose names have such a word and whose values are no secrets."""
OPEN_WHOLE = (b"CLAUDE_CODE_SESSION_ID", b"PWD", b"OLDPWD")
OPEN_ENDING = b"_TOKENS"
OPEN_VALUES = ("disabled", "undefined")
PLACES = ("/", "~/", "./", "../")
VALUE_LENGTH = 8
DENSE_LENGTH = 12

ONLY_DIGITS = bytes([sign if 48 <= sign < 58 else 32 for sign in range(256)])  # noqa: PLR2004 - "0" up to ":"
FEWEST_DIGITS = 9
"""Those of a social security number; cards, accounts and phone numbers have more."""

STAND_IN = "sha256:"
"""How what stands for a secret begins."""
TOKEN_LENGTH = 12
WORD_LENGTH = 16
MIXED_LENGTH = 10
WHOLE_LENGTH = 32
SET_LENGTH = 5


def fold(text: str) -> str:
    """The text as the client's folder names would have it."""
    return text.replace("_", "-").replace(".", "-")


FOLDED_TOKENS = tuple([fold(prefix) for prefix in TOKEN_PREFIXES])
FOLDED_WORDS = tuple([fold(prefix) for prefix in WORD_PREFIXES])


def without_secrets(text: str, known: "tuple[str, ...]" = ()) -> str:
    """``text``, or its hash where it looks like a secret or holds a ``known`` one; of a path only the parts that do."""
    if not looks_secret(text, known):
        return text
    parts = text.split("/")
    cleared = [hashed(part) if looks_secret(part, known) else part for part in parts]
    return hashed(text) if cleared == parts else "/".join(cleared)


def looks_secret(text: str, known: "tuple[str, ...]" = ()) -> bool:
    """Whether anything in ``text`` is a secret."""
    if looks_like_token(text) or any(value in text for value in known) or ("=" in text and is_set(text.lower())):
        return True
    if not ("@" in text or "+" in text or has_many_digits(text)):
        return False
    from afteraction.hook.personal_shape import looks_personal

    return looks_personal(text)


def may_hold_secrets(texts: "list[str]", known: "tuple[str, ...]") -> bool:
    """Whether any of the texts needs a look; asked of all at once, because nearly always none does."""
    joined = "\n".join(texts)
    folded = fold(joined)
    return (
        "=" in joined
        or "@" in joined
        or "+" in joined
        or has_many_digits(joined)
        or any(value in joined for value in known)
        or any(prefix in folded for prefix in FOLDED_TOKENS + FOLDED_WORDS)
        or any(mark in joined for mark in ALWAYS)
    )


def has_many_digits(text: str) -> bool:
    """Whether enough digits for a number of somebody stand together, blanks and dashes aside."""
    runs = text.encode("utf-8", "replace").translate(ONLY_DIGITS, b" -").split()
    return any(len(run) >= FEWEST_DIGITS for run in runs)


def looks_like_token(text: str) -> bool:
    """Whether a known prefix begins a word in ``text`` and what follows could be a token."""
    folded = fold(text)
    for prefix in FOLDED_TOKENS:
        if prefix in folded and any(len(token) >= TOKEN_LENGTH for token in tokens_after(prefix, folded)):
            return True
    for prefix in FOLDED_WORDS:
        if prefix in folded and any(is_random(token) for token in tokens_after(prefix, folded)):
            return True
    return any(mark in text for mark in ALWAYS)


def is_set(text: str) -> bool:
    """Whether a telling word in small letters sets something that is long enough to be a secret."""
    return any(len(text.partition(setting)[2]) >= SET_LENGTH for setting in SETTINGS)


def tokens_after(prefix: str, folded: str) -> "list[str]":
    """What follows each place where ``prefix`` begins a word, as far as it is letters, digits and ``-``."""
    tokens = []
    place = folded.find(prefix)
    while place >= 0:
        if not place or not folded[place - 1].isalnum():
            start = end = place + len(prefix)
            while end < len(folded) and (folded[end].isalnum() or folded[end] == "-"):
                end += 1
            tokens.append(folded[start:end])
        place = folded.find(prefix, place + len(prefix))
    return tokens


def is_random(token: str) -> bool:
    """Whether it is no row of words.

    Either a part between two ``-`` is long, or of middle length and mixes letters with digits; or the whole is very
    long with capitals and digits in it.
    """
    if len(token) >= WHOLE_LENGTH and token != token.lower() and any(sign.isdigit() for sign in token):
        return True
    return any(
        len(part) >= WORD_LENGTH or (len(part) >= MIXED_LENGTH and not part.isalpha() and not part.isdigit())
        for part in token.split("-")
    )


def secret_values(environ: "Mapping[bytes, bytes]") -> "tuple[str, ...]":
    """The values of an environment's secret variables, by the rules of ``afteraction.privacy.environment``."""
    joined = b"\0".join(environ).upper()
    names = joined.split(b"\0")
    found = []
    for word in SECRET_VARIABLE:
        if word in joined:  # few are; most names need no look at most words
            named = [
                value for name, value in zip(names, environ.values(), strict=True) if word in name and says(name, word)
            ]
            found += [value.decode("utf-8", "replace") for value in named if len(value) >= VALUE_LENGTH]
    return tuple([text for text in found if text.lower() not in OPEN_VALUES and not is_place(text)])


def says(name: bytes, word: bytes) -> bool:
    """Whether a variable's name in capitals says, by one of its words, that its value is a secret."""
    if word in ONLY_AT_THE_END and not (name.endswith(SECRET_ENDING) or name == word):
        return False
    return name not in OPEN_WHOLE and not name.endswith(OPEN_ENDING) and not any(w in name for w in OPEN_VARIABLE)


def is_place(text: str) -> bool:
    """Whether a value is a path; a key may begin with a slash, but does not go on so."""
    return text.startswith(PLACES) and not is_dense(text)


def is_dense(text: str) -> bool:
    """Whether letters and digits stand together in one long run, as in a key that begins with a slash."""
    runs = "".join([sign if sign.isalnum() else " " for sign in text]).split()
    return any(len(run) >= DENSE_LENGTH and not run.isalpha() and not run.isdecimal() for run in runs)


def hashed(text: str) -> str:
    """The stand-in for a secret: the same for the same text, so that counts and joins still work."""
    return STAND_IN + sha256(text)[:16]


def sha256(text: str) -> str:
    """The hexadecimal SHA-256 of a text, by the C module that ``hashlib`` would fetch in 5 ms."""
    try:
        from _sha2 import sha256 as digest  # type: ignore[import-not-found]  # 3.12 and later
    except ImportError:
        try:
            from _sha256 import sha256 as digest  # type: ignore[import-not-found]
        except ImportError:
            from hashlib import sha256 as digest
    return str(digest(text.encode("utf-8", "surrogatepass")).hexdigest())
