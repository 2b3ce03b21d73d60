"""Nobody but the user's own pages may ask this server to change anything, and no text may become a script."""

from __future__ import annotations

import http.client
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest

from afteraction.model import Acceptance, AgentDefinition, Outcome
from tests.records import full_metadata, invocation, workflow, write_records, write_workflow
from tests.web.site import served
from tests.web.watched import watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """One record."""
    write_records(tmp_path / "data", invocation(7))
    return tmp_path / "data"


@pytest.fixture
def site(root: Path) -> Iterator[str]:
    """The site over it."""
    with served(root) as address:
        yield address


def ask(
    site: str, method: str, path: str, headers: dict[str, str], body: str | None = None
) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of one request, whose own Host and Origin may be anything."""
    connection = http.client.HTTPConnection(urlsplit(site).netloc)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, dict(answer.getheaders())


def user_accepted(root: Path) -> object:
    """What the one record says."""
    (path,) = (root / "invocations").rglob("*.json")
    return json.loads(path.read_bytes())["user_accepted"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "[::1]", ""])
def test_a_foreign_host_is_refused(site: str, host: str) -> None:
    """A name of somebody else's that resolves to this machine reads nothing here."""
    for path in ("/", "/data/agents.json", "/live", "/static/style.css"):
        assert ask(site, "GET", path, {"Host": host})[0] == 403


def test_it_listens_on_loopback_only(site: str) -> None:
    """No other machine can reach it."""
    port = f"{int(urlsplit(site).port or 0):04X}"
    with open("/proc/net/tcp") as table:  # noqa: PTH123 - no file
        addresses = [line.split()[1] for line in table if line.split()[3] == "0A" and line.split()[1].endswith(port)]
    assert addresses == [f"0100007F:{port}"]


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "https://127.0.0.1", "http://127.0.0.1"])
def test_a_form_of_another_site_is_refused(root: Path, site: str, origin: str | None) -> None:
    """A simple cross-site POST changes nothing, whatever it claims."""
    path = f"/invocations/{invocation(7).invocation_id}/feedback"
    headers = FORM if origin is None else {**FORM, "Origin": origin}
    assert ask(site, "POST", path, headers, "verdict=reject")[0] == 403
    assert user_accepted(root) is None


def test_a_verdict_needs_the_token_of_this_start(root: Path, site: str) -> None:
    """The right origin alone is not enough; with the token that stands in the page the record changes."""
    page = f"/invocations/{invocation(7).invocation_id}"
    own = {**FORM, "Origin": site}
    for body in ("verdict=reject", "verdict=reject&token=", "verdict=reject&token=x"):
        assert ask(site, "POST", f"{page}/feedback", own, body)[0] == 403
    found = re.search(r'name="token" value="([^"]+)"', ask(site, "GET", page, {})[1])
    assert found is not None
    assert user_accepted(root) is None

    body = urlencode({"verdict": "reject", "token": found[1]})
    assert ask(site, "POST", f"{page}/feedback", own, body)[0] == 303
    assert user_accepted(root) is False
    assert ask(site, "POST", f"{page}/feedback", own, urlencode({"verdict": "x", "token": found[1]}))[0] == 400


def test_a_click_on_accept_is_enough(browser: Browser, root: Path, site: str) -> None:
    """The button works in a browser, and the page shows the new word."""
    with watched(browser, site) as seen:
        seen.page.goto(f"{site}/invocations/last")
        seen.page.get_by_role("button", name="Accept").click()
        seen.page.wait_for_url(f"**/invocations/{invocation(7).invocation_id}")
        assert "yes (explicit: feedback)" in seen.page.inner_text("dl")
        assert seen.trouble == []
    assert user_accepted(root) is True


def test_answers_allow_nothing_from_elsewhere(site: str) -> None:
    """Scripts and styles are this server's own files; none may stand in a page, none may make code of text."""
    for path in ("/", "/nowhere", "/data/agents.json", "/static/live.js"):
        headers = ask(site, "GET", path, {})[2]
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers
    assert ask(site, "GET", "/static/../app.py", {})[0] == 404
    assert ask(site, "GET", "/static/%2e%2e/app.py", {})[0] == 404


HOSTILE = (
    "<script>window.hacked = 1</script>",
    "\"><img src=x onerror='window.hacked = 1'>",
    "'-window.hacked=1-'",
    "javascript:window.hacked=1",
    "{{ 7 * 7 }}{% include 'base.html' %}",
    "</title><svg onload=window.hacked=1>",
    "a\x1b[31mred\x00\u202egnp.exe",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_script(browser: Browser, tmp_path: Path, text: str) -> None:
    """Names and texts from agents are shown as what they are, in every field of every page."""
    metadata = full_metadata(
        "failure", project=text, model=text, tools={text: 2}, files_read=(text,), files_modified=(text,),
        session_id=text, client_version=text, outcome=Outcome(category="api_error", evidence=(text,)),
        agent_definition=AgentDefinition(path=text, sha256="ab" * 32),
        acceptance=Acceptance(source="explicit", signal=text, note=text),
    )  # fmt: skip
    runs = [
        invocation(number, agent=text, status="failure", task_description=text, error_message=text, metadata=metadata,
                   user_accepted=False, workflow_id="wf-20251029-00000001")
        for number in range(12)
    ]  # fmt: skip
    runs.append(invocation(99, agent=f"{text} too", workflow_id="wf-20251029-00000001", metadata=metadata))
    write_records(tmp_path / "data", *runs)
    write_workflow(tmp_path / "data", workflow(*runs, workflow_id="wf-20251029-00000001"))
    with served(tmp_path / "data") as site, watched(browser, site) as seen:
        seen.page.goto(site)
        agent = seen.page.get_by_role("link", name="too").first.get_attribute("href")
        pages = ("/", "/failures", "/workflows", "/workflows/last", "/pairs", "/usage", "/cost", "/invocations")
        for path in (*pages, "/invocations/last", agent, f"/?{urlencode({'project': text, 'agent': text})}"):
            answer = seen.page.goto(site + str(path))
            assert answer is not None
            assert answer.status == 200, path
            assert seen.page.evaluate("window.hacked") is None
            assert "49" not in seen.page.inner_text("h1")
        assert seen.trouble == []
