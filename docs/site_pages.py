"""What mkdocs asks on the way to the site: the pages from the top of the repository, and what it reads differently.

The pages stay as they are read in the repository and on the terminal; where the site needs something else, it is made
here. A link to code leads to nothing that the site has, so its words stay and the link goes, if there is such a file:
if there is none the link stays, and mkdocs calls it broken.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

FROM_TOP = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Files at the top of the repository → their pages on the site."""
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`]+`")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from the top."""
    top = Path(config.docs_dir).parent
    for name, page in FROM_TOP.items():
        files.append(File.generated(config, page, content=(top / name).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """A page as mkdocs reads it."""
    del files
    folder = "" if page.file.src_uri in FROM_TOP.values() else "docs"
    return unescaped(relinked(markdown, folder, Path(config.docs_dir).parent))


def relinked(text: str, folder: str, top: Path) -> str:
    """Links of a text in ``folder`` of the repository at ``top``, as the site has them."""

    def link(found: re.Match[str]) -> str:
        words, (target, mark, anchor) = found[1], found[2].partition("#")
        path = posixpath.normpath(posixpath.join(folder, target))
        if not target or ":" in target or not (top / path).exists():
            return found[0]
        if path in FROM_TOP:
            return f"[{words}]({FROM_TOP[path]}{mark}{anchor})"
        if path.startswith("docs/") and not path.endswith(".py"):
            return f"[{words}]({path.removeprefix('docs/')}{mark}{anchor})"
        return words

    return _LINK.sub(link, text)


def unescaped(text: str) -> str:
    r"""A ``\|`` in a table's code becomes ``|``: Python-Markdown would show the backslash, others need it."""
    return "\n".join(
        _CODE.sub(lambda code: code[0].replace("\\|", "|"), line) if line.startswith("|") else line
        for line in text.split("\n")
    )
