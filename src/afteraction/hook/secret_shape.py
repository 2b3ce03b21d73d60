"""Whether a name or path looks like a credential, told without ``re``; if so, its hash stands for it.

Known prefixes only: a guess by entropy would hash the agents' own ids. A prefix counts at the start of a word, and
``_`` and ``.`` equal ``-``, because the client turns every such character of a project's path into ``-`` when it names
the transcript's folder.
"""

TOKEN_PREFIXES = (
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "glpat-", "gldt-", "glrt-", "glcbt-", "xoxa-", "xoxb-", "xoxe-", "xoxp-",
    "xoxr-", "xoxs-", "xapp-", "AIza", "ya29.", "GOCSPX-", "dop_v1_", "doo_v1_", "shpat_", "shpss_", "eyJ",
    "sk-ant-api", "sk-ant-oat", "sk-ant-sid", "sk-ant-admin",
)  # fmt: skip
"""Each, followed by twelve characters of a token, is a credential: no word begins like this."""

WORD_PREFIXES = (
    "sk-", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "hf_", "npm_", "pypi-", "github_pat_", "SG.", "gsk_", "xai-",
    "AKIA", "ASIA", "pplx-", "r8_", "nvapi-", "pat-", "whsec_", "lin_api_", "dckr_pat_", "dapi",
)  # fmt: skip
"""Names begin like this too (``sk-learn``): these need a part that no word is, see ``is_random``."""

ALWAYS = ("-----BEGIN",)

TOKEN_LENGTH = 12
WORD_LENGTH = 16
MIXED_LENGTH = 10
WHOLE_LENGTH = 32


def fold(text: str) -> str:
    """The text as the client's folder names would have it."""
    return text.replace("_", "-").replace(".", "-")


FOLDED_TOKENS = tuple([fold(prefix) for prefix in TOKEN_PREFIXES])
FOLDED_WORDS = tuple([fold(prefix) for prefix in WORD_PREFIXES])


def without_secrets(text: str) -> str:
    """``text``, or its hash where it looks like a credential; of a path only the parts that do."""
    if not looks_secret(text):
        return text
    if "/" in text:
        return "/".join([hashed(part) if looks_secret(part) else part for part in text.split("/")])
    return hashed(text)


def looks_secret(text: str) -> bool:
    """Whether a known prefix begins a word in ``text`` and what follows could be a token."""
    folded = fold(text)
    for prefix in FOLDED_TOKENS:
        if prefix in folded and any(len(token) >= TOKEN_LENGTH for token in tokens_after(prefix, folded)):
            return True
    for prefix in FOLDED_WORDS:
        if prefix in folded and any(is_random(token) for token in tokens_after(prefix, folded)):
            return True
    return any(mark in text for mark in ALWAYS)


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


def hashed(text: str) -> str:
    """The stand-in for a secret: the same for the same text, so that counts and joins still work."""
    return "sha256:" + sha256(text)[:16]


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
