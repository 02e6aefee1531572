"""The place where a program reads the token in the answer to its token request, changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rtdoctor.code.source_reading import TokenPath
from rtdoctor.code.text_edits import TextEdit, Texts
from rtdoctor.code.values import Step

_ACCESS = re.compile(r"\s*(?:\?\.|\.(?!\w*\()|\.get\(|\[)")


def token_edits(texts: Texts, token: TokenPath | None, path: str) -> Iterator[Sequence[TextEdit]]:
    """Ways to read the token at ``path``, dotted, in place of where it is read now."""
    if token is None or not token.complete:
        return
    names = path.split(".")
    steps = list(token.steps)
    have = [step.name for step in steps]
    extra = len(have) - len(names)
    if extra > 0 and have[extra:] == names:
        yield [TextEdit(step.at, "") for step in steps[:extra]]
        yield from _renamed(texts, steps, names)
    elif extra < 0 and names[-len(have) :] == have and steps:
        first = steps[0]
        added = "".join(_access(texts, first, name) for name in names[: -len(have)])
        yield [TextEdit(first.at, added + texts.text(first.at))]
    elif steps:
        yield from _renamed(texts, steps, names)
        whole = "".join(_access(texts, steps[0], name) for name in names)
        yield [TextEdit(steps[0].at, whole), *(TextEdit(step.at, "") for step in steps[1:])]


def _renamed(texts: Texts, steps: list[Step], names: list[str]) -> Iterator[Sequence[TextEdit]]:
    """``{ client_secret }`` of a destructuring becomes ``{ value: client_secret }``."""
    first, *others = steps
    pattern = texts.text(first.at)
    if len(names) == 1 and not _ACCESS.match(pattern):
        target = pattern.partition(":")[2].strip() or pattern
        yield [
            TextEdit(first.at, f"{names[0]}: {target}"),
            *(TextEdit(step.at, "") for step in others),
        ]


def _access(texts: Texts, like: Step, name: str) -> str:
    """A step to a member, written like another one."""
    return texts.text(like.at).replace(like.name, name, 1)
