"""The catalogue as a diagnosis sees it."""

from __future__ import annotations

from rtdoctor.diagnose.candidates import Reference, Terrain
from rtdoctor.plan.catalogue import Catalogue


def terrain_of(catalogue: Catalogue) -> Terrain:
    """Recipes, listed levels and key leaks of a catalogue."""
    references = tuple(Reference(r.name, r.setup, r.eras) for r in catalogue.recipes)
    levels = {
        factor: tuple(entry.level for entry in entries.values())
        for factor, entries in catalogue.entries.items()
    }
    return Terrain(references, levels, catalogue.leaks_key)
