"""Simple forms of a level, for one that has nothing in common with the passing level.

Between an offer of a browser and one of our own peer there are no mixtures. But the browser's can
be made smaller piece by piece; where its smallest form passes, the culprit is among the pieces.
Where that fails as well, something may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rtdoctor.domain.setup import Factor
from rtdoctor.places.sdp_groups import completed, groups, sdp_of, smallest


def simple_forms(factor: Factor, failing: Any, passing: Any) -> Iterator[Any]:
    """The failing value without all that can be left out, then with what it lacks as well.

    None where it can be mixed with the passing one, or is its own simplest form.
    """
    if factor is Factor.OFFER and failing.sdp is not None and passing.sdp is None:
        found = groups(failing.sdp)
        if found is not None:
            least = smallest(found)
            texts = dict.fromkeys((sdp_of(least), sdp_of(completed(least))))
            yield from (replace(failing, sdp=t) for t in texts if t != sdp_of(found))
    if factor is Factor.CALL_ENCODING and failing.kind is not passing.kind and failing.session:
        yield replace(failing, session=None)
