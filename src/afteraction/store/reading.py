"""Records and workflow files, read from disk.

A file is found by its name, because the name carries the end of the id: one look-up costs a listing, not a hundred
thousand decodes. Only a name that tells nothing (a foreign writer's) makes it look inside. The beginning of an id is
enough where only one begins like that. Archived records are found as well, see ``archived_reading``.
"""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import msgspec

from afteraction.errors import AfteractionError, NotFoundError
from afteraction.model import Invocation, Workflow
from afteraction.moments import DAY_MS, known_epoch_ms, utc_date
from afteraction.store.archive_places import part_times
from afteraction.store.record_files import (
    SUFFIX,
    folder_names,
    is_finished,
    json_files,
    read_bytes,
    record_files,
    workflow_path,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from afteraction.paths import Root

LAST = "last"
"""Instead of an id: the newest."""

INVOCATION_DECODER = msgspec.json.Decoder(Invocation)
WORKFLOW_DECODER = msgspec.json.Decoder(Workflow)
_DATED = re.compile(r"inv-(\d{4})(\d{2})(\d{2})-")
_SHOWN = 3
_CLOCK_SLACK_MS = 2_000
"""By how much the time of writing may be behind: some file systems know even seconds only."""
_Record = TypeVar("_Record", Invocation, Workflow)


class Found(NamedTuple):
    """A record and the file it stands in."""

    path: str
    record: Invocation


def find_invocation(root: Root, reference: str) -> Found:
    """The record whose id is, starts with, or ends in a part starting with ``reference``; or the newest for ``last``.

    NotFoundError when there is none, AfteractionError when several start like that.
    """
    if reference == LAST:
        return newest_invocation(root)
    dated = _DATED.match(reference)
    day = "-".join(dated.groups()) if dated else None
    near = json_files(f"{root.invocations}/{day}") if day else record_files(root)
    found = _matching((path for path in near if _name_may_mean(path, reference)), reference)
    if not any(hit.record.invocation_id == reference for hit in found):
        found += _archived(root, reference, day)
    if not found:
        found = _matching((path for path in record_files(root) if _contains(path, reference)), reference)
    exact = [hit for hit in found if hit.record.invocation_id == reference]
    ids = [hit.record.invocation_id for hit in found]
    if not found:
        raise NotFoundError(
            f"no invocation {reference!r} in {root.invocations}; 'afteraction show last' shows the newest"
        )
    if len(set(ids)) > 1 and not exact:
        raise _ambiguous(reference, ids)
    return (exact or found)[0]


def newest_invocation(root: Root) -> Found:
    """The record that started last; NotFoundError when there is none."""
    found = _newest(root)
    if found is None:
        raise NotFoundError(nothing_recorded(root))
    return found


def newest_ended(root: Root, projects: Collection[str] = ()) -> Found:
    """The record that ended last in one of the projects, else anywhere; NotFoundError when there is none.

    ``projects`` are folders as records name them. Who started a day earlier may have ended later, so beyond the newest
    day with a hit one more is looked at.
    """
    found: list[Found] = []
    for day in reversed(folder_names(str(root.invocations))):
        is_last_look = bool(found)
        loaded = (_load(path) for path in json_files(f"{root.invocations}/{day}"))
        found += [hit for hit in loaded if hit and (not projects or hit.record.metadata.project in projects)]
        if is_last_look:
            break
    if found:
        return max(found, key=lambda hit: (_ended_ms(hit.record), hit.record.invocation_id))
    if projects:
        return newest_ended(root)
    raise NotFoundError(nothing_recorded(root))


def _ended_ms(record: Invocation) -> int:
    started_ms = known_epoch_ms(record.timestamp) or 0
    ended_ms = known_epoch_ms(record.metadata.ended_at)
    return started_ms + (record.execution_time_ms or 0) if ended_ms is None else ended_ms


def _newest(root: Root, *, in_workflow: bool = False) -> Found | None:
    archived = part_times(root)
    for day in sorted({*folder_names(str(root.invocations)), *archived}, reverse=True):
        hits = [hit for path in json_files(f"{root.invocations}/{day}") if (hit := _load(path))]
        hits += [Found(*hit[:2]) for hit in _archived_day(root, day)] if day in archived else []
        found = [hit for hit in hits if hit.record.workflow_id or not in_workflow]
        if found:
            return max(found, key=lambda hit: (known_epoch_ms(hit.record.timestamp) or 0, hit.record.invocation_id))
    return None


def find_caller(root: Root, record: Invocation) -> Invocation | None:
    """The invocation that spawned this one, if it is recorded."""
    if record.parent_invocation_id is None:
        return None
    try:
        return find_invocation(root, record.parent_invocation_id).record
    except AfteractionError:
        return None


def has_records(root: Root) -> bool:
    """Whether anything was ever recorded, archived days included."""
    return any(record_files(root)) or bool(part_times(root))


def find_workflow(root: Root, reference: str) -> Workflow:
    """The workflow whose id is, starts with, or ends in a part starting with ``reference``.

    ``last`` means that of the newest invocation, or a later one in which nothing ran. NotFoundError when there is none,
    AfteractionError when several start like that.
    """
    if reference == LAST:
        newest = _newest(root, in_workflow=True)
        idle = _newest_idle_workflow(root, after_ms=known_epoch_ms(newest.record.timestamp) if newest else None)
        if idle is not None:
            return idle
        if newest is None:
            raise NotFoundError(_no_workflow(root))
        reference = newest.record.workflow_id or reference
    stored = _decoded(str(workflow_path(root, reference)), WORKFLOW_DECODER)
    if stored is not None and stored.workflow_id == reference:
        return stored
    folder = str(root.workflows)
    paths = json_files(folder)
    named = [path for path in paths if _means(_stem(path), reference)]
    found = _workflows(named, reference) or _workflows(paths, reference)
    exact = [workflow for workflow in found if workflow.workflow_id == reference]
    if not found:
        raise NotFoundError(f"no workflow {reference!r} in {folder}; 'afteraction collect' writes what is missing")
    if len(found) > 1 and not exact:
        raise _ambiguous(reference, [workflow.workflow_id for workflow in found])
    return (exact or found)[0]


def nothing_recorded(root: Root) -> str:
    """What to say where there is no record at all."""
    return (
        f"nothing recorded yet in {root.invocations}; 'afteraction install --user' records from now on, "
        "'afteraction doctor' tells what is missing"
    )


def all_records(root: Root) -> Iterator[Found]:
    """Every record that can be read, oldest day first, archived ones with the path of their part; damaged are left out.

    StoreError when a folder cannot be read.
    """
    return (Found(path, record) for path, record, _ in all_contents(root))


def all_contents(root: Root) -> Iterator[tuple[str, Invocation, bytes]]:
    """The same, each with the bytes of its file."""
    archived = part_times(root)
    for day in sorted({*folder_names(str(root.invocations)), *archived}):
        for path in json_files(f"{root.invocations}/{day}"):
            with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                content = read_bytes(path)
                yield path, INVOCATION_DECODER.decode(content), content
        if day in archived:
            yield from _archived_day(root, day)


def _archived(root: Root, reference: str, day: str | None) -> list[Found]:
    """Archived records that ``reference`` means, of one day or of all."""
    days = [archived for archived in part_times(root) if day in (None, archived)]
    if not days:
        return []
    from afteraction.store.archived_reading import find_archived  # brings the database engine

    return [Found(path, record) for path, record in find_archived(root, days, reference)]


def _archived_day(root: Root, day: str) -> Iterator[tuple[str, Invocation, bytes]]:
    from afteraction.store.archived_reading import read_archived

    return read_archived(root, day)


def _no_workflow(root: Root) -> str:
    none = "no invocation belongs to a workflow yet; 'afteraction show last' shows the newest"
    return none if has_records(root) else nothing_recorded(root)


def _newest_idle_workflow(root: Root, *, after_ms: int | None) -> Workflow | None:
    """The newest workflow in which nothing ran, if it started after that moment.

    No record leads to it, so its file must be looked into; one that was last written before then need not be, and
    neither one whose name has an earlier day.
    """
    written_ms = 0 if after_ms is None else after_ms - _CLOCK_SLACK_MS
    first = "" if after_ms is None else f"wf-{utc_date(after_ms - DAY_MS).replace('-', '')}"
    names = [  # of hundreds of thousands; one named by its day is wf-20261122-…
        name for name in folder_names(str(root.workflows))
        if name >= first or name[:3] != "wf-" or not name[3:11].isdigit()
    ]  # fmt: skip
    paths = [
        path for name in names if is_finished(name) and _modified_ms(path := f"{root.workflows}/{name}") >= written_ms
    ]
    loaded = (_decoded(path, WORKFLOW_DECODER) for path in paths)
    idle = [
        (started_ms, workflow.workflow_id, workflow)
        for workflow in loaded
        if workflow and not workflow.invocations
        if (started_ms := known_epoch_ms(workflow.started_at) or 0) > (after_ms or 0)
    ]
    return max(idle)[-1] if idle else None


def _modified_ms(path: str) -> int:
    try:
        return os.stat(path).st_mtime_ns // 1_000_000  # noqa: PTH116 - as in folder_names
    except OSError:
        return 0


def _workflows(paths: list[str], reference: str) -> list[Workflow]:
    loaded = (_decoded(path, WORKFLOW_DECODER) for path in paths)
    return [workflow for workflow in loaded if workflow and _means(workflow.workflow_id, reference)]


def _matching(paths: Iterable[str], reference: str) -> list[Found]:
    return [hit for path in paths if (hit := _load(path)) and _means(hit.record.invocation_id, reference)]


def _contains(path: str, reference: str) -> bool:
    try:
        return reference.encode("utf-8", "surrogateescape") in read_bytes(path)
    except OSError:
        return False


def _load(path: str) -> Found | None:
    record = _decoded(path, INVOCATION_DECODER)
    return Found(path, record) if record else None


def _decoded(path: str, decoder: msgspec.json.Decoder[_Record]) -> _Record | None:
    """The decoded file; None when damaged or gone: a question for one record must not fail over another file."""
    try:
        return decoder.decode(read_bytes(path))
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _means(whole_id: str, reference: str) -> bool:
    return bool(reference) and (whole_id.startswith(reference) or whole_id.rpartition("-")[2].startswith(reference))


def _name_may_mean(path: str, reference: str) -> bool:
    """Whether a file ``<date>/<agent>-<tail>.json`` may hold the id: the tail of either starts like the other's."""
    tail = _stem(path).rpartition("-")[2]
    date = path.rsplit("/", 2)[1].replace("-", "")
    return tail.startswith(reference) or f"inv-{date}-{tail}".startswith(reference)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(SUFFIX)


def _ambiguous(reference: str, ids: list[str]) -> AfteractionError:
    shown = ", ".join(sorted(ids)[:_SHOWN]) + (", …" if len(ids) > _SHOWN else "")
    return AfteractionError(f"{len(ids)} ids match {reference!r}: {shown}; give more of it")
