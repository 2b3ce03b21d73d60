"""What a model does between two prompts: it thinks, says something, calls tools and reads their results.

Sizes are log-normal: most lines are short, and a few results carry tens of KB of a source file twice, once for the
model and once in the client's own ``toolUseResult``. That is what a real history's bytes mostly are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.history.lines import OLD

if TYPE_CHECKING:
    from random import Random

    from benchmarks.history.lines import Message, Writer
    from benchmarks.history.texts import SourceFile, Texts

LONGEST_TEXT = 24_000
"""Bytes of one file's or command's text; a result line with both copies stays near 50 KB."""
SHORTEST_LIMIT = 2_000
TYPICAL_LOG, SPREAD_LOG = 7.7, 1.2
"""Of the bytes of a tool's text: median 2,200."""
THINKS, TALKS = 0.35, 0.4
"""How many messages begin with a thinking block, and with text."""
SLOW_STREAM = 0.1
"""How many thinking blocks of the older version were written before the message's output was counted."""
COMMAND_FAILS = 0.12
UPDATED = "has been updated successfully. (file state is current in your context — no need to Read it back)"
CREATED = "(file state is current in your context — no need to Read it back)"


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool call with its result; all texts are JSON."""

    name: str
    arguments: str
    content: str
    detail: str
    is_error: bool | None = None
    """None where the client leaves the flag out."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker draws from."""

    texts: Texts
    rng: Random
    project: str
    limit: int
    """The longest text in bytes."""

    def size(self) -> int:
        """Bytes of one text."""
        return min(int(self.rng.lognormvariate(TYPICAL_LOG, SPREAD_LOG)), self.limit)

    def file(self) -> SourceFile:
        """A file of the project."""
        return self.rng.choice(self.texts.files)


def work(writer: Writer, texts: Texts, until: int) -> None:
    """Call tools until the file has ``until`` bytes; what it ends on is a tool's result."""
    limit = min(max((until - writer.size) // 6, SHORTEST_LIMIT), LONGEST_TEXT)
    desk = Desk(texts, writer.rng, writer.setting.cwd, limit)
    take_step(writer, desk)
    while writer.size < until:
        take_step(writer, desk)


def take_step(writer: Writer, desk: Desk) -> None:
    """One API message with one to three tool calls, and their results."""
    rng = desk.rng
    writer.wait(400, 9_000)
    message = writer.begin_message()
    if rng.random() < THINKS:
        _think(writer, desk, message)
    if rng.random() < TALKS:
        writer.text(message, desk.texts.say(rng, min(desk.size() // 2, 2_000)), "tool_use")
    tools = [rng.choices(TOOLS, WEIGHTS)[0](desk) for _ in range(rng.choices((1, 2, 3), (70, 20, 10))[0])]
    calls = [writer.tool_use(message, tool.name, tool.arguments) for tool in tools]
    detailed = writer.author.agent_id is None or writer.setting.entrypoint == "cli"
    for call, tool in zip(calls, tools, strict=True):
        writer.wait(20, 4_000)
        writer.result(call, tool.content, tool.detail if detailed or tool.is_error else None, is_error=tool.is_error)


def _think(writer: Writer, desk: Desk, message: Message) -> None:
    text, signature = desk.texts.say(desk.rng, desk.size()), desk.texts.signature(desk.rng)
    block = f'{{"type":"thinking","thinking":"{text}","signature":"{signature}"}}'
    if writer.setting.version == OLD and desk.rng.random() < SLOW_STREAM:
        writer.block(message, block, None, desk.rng.randrange(1, message.tokens.output))
    else:
        writer.block(message, block)


def _read(desk: Desk) -> Tool:
    file = desk.file()
    start, end = file.span(desk.rng, desk.size())
    path = f"{desk.project}/{file.path}"
    whole = f'{{"file_path":"{path}"}}'
    part = f'{{"file_path":"{path}","offset":{start + 1},"limit":{end - start}}}'
    return Tool(
        "Read",
        whole if start == 0 else part,
        f'"{"".join(file.numbered[start:end])}"',
        f'{{"type":"text","file":{{"filePath":"{path}","content":"{"".join(file.lines[start:end])}","numLines":'
        f'{end - start},"startLine":{start + 1},"totalLines":{len(file.lines)}}}}}',
    )


def _bash(desk: Desk) -> Tool:
    folder, lines = desk.file().path.rpartition("/")[0], desk.rng.randrange(5, 200)
    command = f"cd {desk.project} && python -m pytest {folder} -q 2>&1 | tail -n {lines}"
    arguments = f'{{"command":"{command}","description":"Run the tests under {folder}"}}'
    output = desk.texts.print_output(desk.rng, desk.size())
    if desk.rng.random() < COMMAND_FAILS:
        return Tool("Bash", arguments, f'"Exit code 1\\n{output}"', f'"Error: Exit code 1\\n{output}"', is_error=True)
    detail = f'{{"stdout":"{output}","stderr":"","interrupted":false,"isImage":false,"noOutputExpected":false}}'
    return Tool("Bash", arguments, f'"{output}"', detail, is_error=False)


def _grep(desk: Desk) -> Tool:
    file = desk.file()
    start, end = file.span(desk.rng, min(desk.size(), 6_000))
    found = "".join(f"{file.path}:{number}:{file.lines[number]}" for number in range(start, end))
    arguments = f'{{"pattern":"\\\\b(cursor|window)\\\\s*=","path":"{desk.project}","output_mode":"content","-n":true}}'
    detail = f'{{"mode":"content","numFiles":1,"filenames":[],"content":"{found}","numLines":{end - start}}}'
    return Tool("Grep", arguments, f'"{found}"', detail)


def _edit(desk: Desk) -> Tool:
    file, other, rng = desk.file(), desk.file(), desk.rng
    start, end = file.span(rng, desk.size() // 4)
    first, last = other.span(rng, desk.size() // 4)
    removed, added = file.lines[start:end], other.lines[first:last]
    old, new, path = "".join(removed), "".join(added), f"{desk.project}/{file.path}"
    patch = ",".join([f'"-{line[:-2]}"' for line in removed] + [f'"+{line[:-2]}"' for line in added])
    original = "".join(file.lines[: max(desk.size() // file.line_bytes, 1)])
    return Tool(
        "Edit",
        f'{{"replace_all":false,"file_path":"{path}","old_string":"{old}","new_string":"{new}"}}',
        f'"The file {path} {UPDATED}"',
        f'{{"filePath":"{path}","oldString":"{old}","newString":"{new}","originalFile":"{original}","structuredPatch":'
        f'[{{"oldStart":{start + 1},"oldLines":{end - start},"newStart":{start + 1},"newLines":{last - first},"lines":'
        f'[{patch}]}}],"userModified":false,"replaceAll":false}}',
    )


def _write(desk: Desk) -> Tool:
    file = desk.file()
    start, end = file.span(desk.rng, desk.size())
    content = "".join(file.lines[start:end])
    path = f"{desk.project}/new_{desk.rng.randrange(1_000_000)}_{file.path.rpartition('/')[2]}"
    return Tool(
        "Write",
        f'{{"file_path":"{path}","content":"{content}"}}',
        f'"File created successfully at: {path} {CREATED}"',
        f'{{"type":"create","filePath":"{path}","content":"{content}","structuredPatch":[],"originalFile":null,'
        '"userModified":false}',
    )


TOOLS = (_read, _bash, _grep, _edit, _write)
WEIGHTS = (38, 24, 14, 16, 8)
