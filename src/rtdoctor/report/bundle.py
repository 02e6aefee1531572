"""A zip for trackers that refuse HTML: the report in all its forms and the run itself."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

from rtdoctor.domain.finding import Diagnosis
from rtdoctor.domain.run import Run
from rtdoctor.evidence import codec
from rtdoctor.evidence.load import BUNDLED
from rtdoctor.report import html, junit, markdown
from rtdoctor.wording.outcomes import KnowledgeText
from rtdoctor.wording.printable import printable

_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment a zip can name; always the same, so that equal runs give equal bytes."""

_README = """\
A report of rtdoctor {version}: {verdict}
Probed: {target}

report.html   open it in a browser; it loads nothing and runs no script
report.md     a summary to paste into an issue
run.json      the run itself: rtdoctor replay {run_json} diagnoses it again, offline
junit.xml     the probes as test cases

Keys, tokens and other secrets were replaced before anything was written:
{redactions}
Look through it before you share it all the same: it holds your request bodies and URLs.
"""


def build(
    run: Run,
    diagnosis: Diagnosis,
    redactions: Mapping[str, int],
    knowledge_lookup: Callable[[str], KnowledgeText | None],
) -> bytes:
    """The bytes of the zip; the same for the same run."""
    members = {
        "README.txt": _readme(run, diagnosis, redactions),
        "report.html": html.render(run, diagnosis, redactions, knowledge_lookup),
        "report.md": markdown.render(run, diagnosis, redactions, knowledge_lookup),
        BUNDLED: codec.encode(run, diagnosis).decode(),
        "junit.xml": junit.render(run, diagnosis),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for name, text in members.items():
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is made
            # The upper half holds the mode of Unix; without it some programs unpack files that
            # nobody may read.
            entry.external_attr = 0o644 << 16
            bundle.writestr(entry, text.encode())
    return buffer.getvalue()


def _readme(run: Run, diagnosis: Diagnosis, redactions: Mapping[str, int]) -> str:
    counts = "".join(f"  {count} {kind}\n" for kind, count in redactions.items())
    text = _README.format(
        version=run.header.environment.rtdoctor,
        verdict=diagnosis.sentence,
        target=run.header.target.describe(),
        run_json=BUNDLED,
        redactions=counts or "  nothing needed it\n",
    )
    return printable(text)
