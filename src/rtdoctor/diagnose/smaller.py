"""The smallest form of a level, for one that has nothing in common with the passing level.

Between an offer of a browser and one of our own peer there are no mixtures. But the browser's can
be made smaller piece by piece; where its smallest form passes, the culprit is among the pieces.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rtdoctor.domain.setup import Factor
from rtdoctor.places.sdp_groups import groups, sdp_of, smallest


def smallest_form(factor: Factor, failing: Any, passing: Any) -> Any | None:
    """The failing value without all that can be left out; ``None`` where it can be mixed with the
    passing one, or has nothing to leave out."""
    if factor is Factor.OFFER and failing.sdp is not None and passing.sdp is None:
        found = groups(failing.sdp)
        if found is not None and smallest(found) != found:
            return replace(failing, sdp=sdp_of(smallest(found)))
    if factor is Factor.CALL_ENCODING and failing.kind is not passing.kind and failing.session:
        return replace(failing, session=None)
    return None
