"""Texts for measuring and testing the redactor, generated from a seed.

Nothing in here is, or ever was, a secret: tokens are drawn at random from the redactor's own shapes, so that no text
in the repository looks like a real one. Each text comes with the class it belongs to and what must not survive.
"""

from __future__ import annotations

import base64
import importlib
import random
import string
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from afteraction.privacy.personal import luhn, mod97
from afteraction.privacy.rules import Rule, table

if TYPE_CHECKING:
    from collections.abc import Iterator

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
AROUND = (
    "{}",
    "Use {} for the call.",
    "it was {}, then it failed",
    "(see {})",
    "bad token '{}'",
    "{}: command not found",
    "remote: https://{}@git.example.org/x.git",
    "GET /v1/items?page=2&k={}&limit=10",
    "url: /bot{}/getMe",
    'api = Api("{}")\nraise ValueError',
    "the text was cut after {}",
)
"""What stands around a token that identifies itself."""
BESIDE = (
    "password is {}",
    "the db password: {}",
    "export DB_PASSWORD={}",
    '{{"password": "{}"}}',
    '{{"client_secret": "{}", "grant_type": "x"}}',
    "api_key={}",
    "secret_key: '{}'",
    "app --token={} --verbose",
    "app --password {} --user bob",
    "X-Auth-Token: {}",
    "Set-Cookie: session={}; HttpOnly",
    "postgres://admin:{}@db.internal:5432/prod",
    "redis://:{}@cache:6379/0",
    "https://example.org/reset?token={}",
    "sshpass -p {} ssh root@host",
    "mysql -u root -p{} app",
    "curl -u admin:{} https://ci.example.org/job",
    "Server=tcp:db,1433;User ID=sa;Password={};Encrypt=True",
    "Authorization: Bearer {}",
)
"""Where the surroundings give a value away."""


class Text(NamedTuple):
    """One text to be redacted."""

    kind: str
    """The class it is counted under."""
    text: str
    secret: str | None
    """What must not survive; None for a text that must not change."""


def seeded(seed: int | str) -> random.Random:
    """Return a source of texts that is the same on every run; nothing here guards anything."""
    return random.Random(seed)  # noqa: S311 - texts, not keys


def drawn(rng: random.Random, alphabet: str, size: int) -> str:
    """Return random characters of an alphabet."""
    return "".join(rng.choice(alphabet) for _ in range(size))


def token(rng: random.Random, rule: Rule) -> str:
    """Return a random token that a rule describes."""
    parsed = importlib.import_module("re._parser").parse(rule.pattern.encode())
    while True:
        made = "".join(_sample(rng, parsed))
        if rule.accepts(made.encode()):
            return made


def _sample(rng: random.Random, parsed: Any) -> Iterator[str]:
    """Walk a parsed pattern and draw what it allows."""
    for op, argument in parsed:
        name = str(op)
        if name == "LITERAL":
            yield chr(argument)
        elif name == "IN":
            yield rng.choice(_members(argument))
        elif name in {"MAX_REPEAT", "MIN_REPEAT"}:
            low, high, body = argument
            for _ in range(rng.randint(int(low), min(int(high), int(low) + 6))):
                yield from _sample(rng, body)
        elif name == "SUBPATTERN":
            yield from _sample(rng, argument[-1])
        elif name == "BRANCH":
            yield from _sample(rng, rng.choice(argument[1]))


def _members(items: Any) -> str:
    """Return the characters of a class; of a negated one, letters and digits will do."""
    found = ""
    for op, argument in items:
        name = str(op)
        if name == "NEGATE":
            return ALNUM
        if name == "LITERAL":
            found += chr(argument)
        elif name == "RANGE":
            found += "".join(map(chr, range(argument[0], argument[1] + 1)))
        else:
            found += {"DIGIT": string.digits, "SPACE": " "}.get(str(argument).rpartition("_")[2], ALNUM)
    return found


def value(rng: random.Random) -> str:
    """Return a random secret as people and programs make them: hex, base64, letters and digits, uuid, password."""
    make = rng.choice((_hex32, _hex40, _alnum, _base64, _uuid, _password))
    return make(rng)


def _hex32(rng: random.Random) -> str:
    return "a1" + drawn(rng, HEX, 30)


def _hex40(rng: random.Random) -> str:
    return "b2" + drawn(rng, HEX, 38)


def _alnum(rng: random.Random) -> str:
    return "k9Q" + drawn(rng, ALNUM, rng.randint(20, 40))


def _base64(rng: random.Random) -> str:
    return "Ab3" + base64.b64encode(rng.randbytes(30)).decode()


def _uuid(rng: random.Random) -> str:
    parts = [drawn(rng, HEX, size) for size in (8, 4, 3, 3, 12)]
    return f"{parts[0]}-{parts[1]}-4{parts[2]}-a{parts[3]}-{parts[4]}"


def _password(rng: random.Random) -> str:
    word = rng.choice(("summer", "correcthorse", "Tr0ub4dor", "S3cr3t-P@ss"))
    return word + str(rng.randint(10, 99)) + drawn(rng, string.ascii_letters, 4) + rng.choice(("", "!", "#"))


def card(rng: random.Random) -> str:
    """Return a card number with a right check digit, at times in groups."""
    body = rng.choice(("4", "51", "55", "6011", "3528", "2221", "34", "37"))
    body += drawn(rng, string.digits, (14 if body in {"34", "37"} else 15) - len(body))
    number = next(body + digit for digit in string.digits if luhn((body + digit).encode()))
    grouped = len(number) == 16 and rng.random() < 0.4  # noqa: PLR2004 - four groups of four
    return " ".join(number[at : at + 4] for at in range(0, 16, 4)) if grouped else number


def iban(rng: random.Random) -> str:
    """Return an IBAN with right check digits, at times in groups."""
    country, size = rng.choice((("DE", 18), ("NL", 14), ("FR", 23), ("ES", 20), ("PL", 24), ("GB", 18)))
    letters = drawn(rng, string.ascii_uppercase, 4) if country in {"NL", "GB"} else ""
    body = letters + drawn(rng, string.digits, size - len(letters))
    number = next(
        f"{country}{check:02d}{body}" for check in range(2, 99) if mod97(f"{country}{check:02d}{body}".encode())
    )
    spaced = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return rng.choice((number, spaced))


def secrets(rng: random.Random, count: int) -> Iterator[Text]:
    """Yield texts whose secret must go, about ``count`` of each class."""
    rules = table()
    for index in range(max(count, len(rules))):
        made = token(rng, rules[index % len(rules)])
        yield Text("self-identifying", rng.choice(AROUND).format(made), made)
    for index in range(count):
        made = value(rng)
        yield Text("keyword nearby", BESIDE[index % len(BESIDE)].format(made), made)
        yield from _personal(rng)


def _personal(rng: random.Random) -> Iterator[Text]:
    """Yield one text of each class of personal data."""
    name = drawn(rng, string.ascii_lowercase, 8)
    mail = f"{name}@{drawn(rng, string.ascii_lowercase, 6)}.{rng.choice(('com', 'co.uk', 'de', 'io'))}"
    yield Text("e-mail", rng.choice(("KeyError: '{}'", "Send it to {}.", "(email)=({})", "<{}>")).format(mail), mail)
    made = card(rng)
    yield Text("card", rng.choice(("card {} declined", "number {}, expired")).format(made), made)
    made = iban(rng)
    yield Text("iban", rng.choice(("refund {} today", "IBAN {} failed", "to {}")).format(made), made)
    ssn = f"{rng.randint(1, 665):03d}-{rng.randint(1, 99):02d}-{rng.randint(1, 9999):04d}"
    yield Text("ssn", rng.choice(("SSN {} in the log", "ssn={}")).format(ssn), ssn)
    v4 = f"{rng.choice((8, 34, 52, 91, 151, 203))}.{rng.randint(1, 110)}.{rng.randint(1, 254)}.{rng.randint(1, 254)}"
    v6 = ":".join(["2a01", *(f"{rng.randint(4096, 65535):x}" for _ in range(7))])
    yield Text("public ip", rng.choice(("refused by {}", "ssh app@{}", "client {}.")).format(v4), v4)
    yield Text("public ip", f"refused by {v6}", v6)
    code = rng.choice(("1415", "4420", "4930", "3316", "8190", "9198", "3538"))
    phone = f"+{code}{rng.randint(2000000, 9999999)}"
    yield Text("e.164 phone", rng.choice(("call {}", "The 'To' number {} is wrong", "tel:{}")).format(phone), phone)
    path = rng.choice(("/home/{}/work/a.py", "'/Users/{}/x y/b.json'", "C:\\Users\\{}\\c.log", "file:///home/{}/d"))
    yield Text("home name", path.format(name), name)


def environment(rng: random.Random, count: int) -> tuple[dict[str, str], list[Text]]:
    """Return an environment with secrets, and texts that hold them plain, URL-encoded and in base64."""
    environ, texts = {}, []
    for index in range(count):
        made = drawn(rng, ALNUM + "+/!@#%&=", rng.randint(8, 40))
        made = "q" + made[1:-1] + "z"
        environ[f"SERVICE_{index}_{rng.choice(('API_KEY', 'TOKEN', 'SECRET', 'PASSWORD', 'CREDENTIALS'))}"] = made
        encoded = base64.b64encode(made.encode()).decode()
        basic = base64.b64encode(f"user{'x' * (index % 3)}:{made}".encode()).decode()
        texts += [
            Text("environment", f"it said {made} and stopped", made),
            Text("environment", f"https://example.org/?q={quote(made, safe='')}&x=1", quote(made, safe="")),
            Text("environment", f"blob {encoded} end", encoded),
            Text("environment", f"header {basic} end", basic[12:]),
        ]
    return environ, texts


def innocents(rng: random.Random, count: int) -> Iterator[Text]:
    """Yield texts that must stay as they are: ids, hashes, paths, lock files, code, logs."""
    for _ in range(count):
        sri = base64.b64encode(rng.randbytes(64)).decode()
        sha = drawn(rng, HEX, 40)
        for text in (
            f"Resume session {_uuid(rng)}",
            f"commit {sha} broke the build",
            f"see sha256:{drawn(rng, HEX, 64)} for details",
            f'      "integrity": "sha512-{sri}",',
            f"golang.org/x/net v0.0.0-20190108225652-{sha[:12]} h1:{base64.b64encode(rng.randbytes(32)).decode()}",
            f"toolu_01{drawn(rng, ALNUM, 22)}",
            f'{{"id": "msg_01{drawn(rng, ALNUM, 22)}", "ok": true}}',
            f"req_011{drawn(rng, ALNUM, 21)} timed out",
            f"agent a{drawn(rng, HEX, 16)} finished",
            f"Edit /usr/lib/python3.11/app/{drawn(rng, string.ascii_lowercase, 7)}_key.py:{rng.randint(1, 999)}",
            f"Read /tmp/tmp{drawn(rng, string.ascii_lowercase + string.digits, 8)}/token_test.py",
            f"main.{drawn(rng, HEX, 20)}.chunk.js",
            f"trace 00-{drawn(rng, HEX, 32)}-{drawn(rng, HEX, 16)}-01",
            f"at {rng.randint(1700000000000, 1799999999999)} on 10.{rng.randint(0, 255)}.{rng.randint(0, 255)}.7:8080",
            f"2026-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}T01:51:51.{rng.randint(100, 999)}Z INFO done in 12ms",
            f"KeyError: 'user_{drawn(rng, string.ascii_lowercase, 6)}'",
            "token = self.next_token(); key = lambda item: item[1]",
            'password = getpass.getpass("Password: ")',
            f"max_tokens: {rng.randint(1000, 9999)}, total_tokens={rng.randint(1000, 99999)}",
            f"model claude-sonnet-4-5-2025{rng.randint(1000, 9999)} on localhost:{rng.randint(1024, 65535)}",
            f"v{rng.randint(1, 20)}.{rng.randint(0, 99)}.{rng.randint(0, 99)}-rc.1+build.{sha[:8]}",
            f"data:image/png;base64,{base64.b64encode(rng.randbytes(600)).decode()}",
            f"mac {':'.join(drawn(rng, HEX, 2) for _ in range(6))} ptr 0x7f{drawn(rng, HEX, 10)}",
            "git clone git@github.com:acme/app.git && npm i @types/node@18.0.0",
            "std::vec::Vec at src/home/view.py, see GET /home/index.html",
        ):
            yield Text("innocent", text, None)


def worst() -> dict[str, str]:
    """Return inputs of 64 KB built to be slow: dense with findings, near misses, and openings without an end."""
    units = (
        "a", "1", "1 ", "a@", "a@b.cc ", "a.", "::", "abcd:ef01:", "9.8.7.6 ", "+14155550123 ", "4242-", "key=",
        "key=a1b2c3 ", 'password="x1y2z3" ', "token is ", "sk-", "eyJ", "eyJhbGciOiJ9.", "SG.", "ghp_", "bot12345:A",
        "://a:b@", "x://a:b@c ", "://a:@@@", "/home/a/ ", "C:\\Users\\a b c\\", "-----BEGIN PRIVATE KEY-----",
        "Cookie: a=b1c2d3e4f5; ", "a=b1c2d3e4f5; ", "Bearer a1b2c3d4 ", " --password a1b2c3", "mysql -pabcd ",
        "[REDACTED:password] ", "[REDACTED:", "\"'", "machine a login b password ", "identified by 'a", "pass", "\0",
        "\n", "\u00e9\u65e5", "DE89370400440532013000 ", "hf_abcdefghijklmnopqrstuvwxyz0123 ", "a_test_b",
        "password=" + "ABCDEFGHIJ" * 12 + "! ", "key: " + "a_B_" * 40 + ". ", "[REDACTED:ai-key] ", "secret: a.b.c.d.",
    )  # fmt: skip
    return {unit: (unit * (65536 // len(unit) + 1))[:65536] for unit in units}
