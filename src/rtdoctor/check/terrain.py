"""The catalogue as a diagnosis sees it."""

from __future__ import annotations

from rtdoctor.diagnose.terrain import Reference, Terrain
from rtdoctor.plan.catalogue import Catalogue


def terrain_of(catalogue: Catalogue) -> Terrain:
    """Recipes, constraints and key leaks of a catalogue."""
    references = tuple(Reference(r.name, r.setup, r.eras) for r in catalogue.recipes)
    return Terrain(references, catalogue.is_valid, catalogue.leaks_key)
