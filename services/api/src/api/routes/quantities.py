"""`/v1/quantities`: the catalogue, and what the store has beside it."""

from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.deps import AccessDep, ProjectParam, QuantityParam, ServicesDep, SiteDep
from api.problems import documented
from api.routes import V1
from api.samples import samples
from api.selections import Filters, find
from api.units import known_quantity
from hdh.model import OTHER, TEXT_SUFFIX
from hdh.quantities import Kind, catalogue

router = APIRouter(prefix=V1, tags=["discovery"])


class QuantityOut(BaseModel):
    """What can be measured."""

    quantity: str
    measurement: str = Field(description="The kind of observation; `other` where the catalogue does not know it.")
    unit: str | None = Field(description="UCUM code; null for text and where it is not known.")
    symbol: str | None = Field(description="The unit as people write it.")
    kind: Kind | None = Field(description="A gauge goes up and down, a counter rises until reset, a state holds.")
    low: float | None = Field(description="The least plausible value.")
    high: float | None = Field(description="The greatest plausible value.")
    english: str
    finnish: str
    aliases: list[str] = Field(description="Names under which gateways send it.")
    listed: bool = Field(description="Whether the catalogue knows it.")
    projects: list[str] = Field(description="Which of your projects have readings of it.")


class QuantitiesOut(BaseModel):
    """Quantities, sorted by name."""

    quantities: list[QuantityOut]


@router.get(
    "/quantities",
    responses=documented(404),
    openapi_extra=samples("/v1/quantities", project="healthy-digital-house"),
)
def read_quantities(
    project: ProjectParam, quantity: QuantityParam, shared: ServicesDep, access: AccessDep, site: SiteDep
) -> QuantitiesOut:
    """All quantities of the catalogue, and the unknown ones that the store holds."""
    found = find(shared.directories, access, site, Filters(project=tuple(project), quantity=tuple(quantity)))
    seen: dict[str, list[str]] = {known.name: [] for known in catalogue()}
    for directory in found:
        for name in sorted({directory.names.quantity(real) for real in directory.quantities}):
            seen.setdefault(name, []).append(directory.id)
    wanted = [name for name in sorted(seen) if not quantity or name in quantity]
    return QuantitiesOut(quantities=[_quantity(name, seen) for name in wanted])


def _quantity(name: str, seen: Mapping[str, list[str]]) -> QuantityOut:
    known = known_quantity(name)
    is_number = known is not None and not name.endswith(TEXT_SUFFIX)
    return QuantityOut(
        quantity=name,
        measurement=known.measurement if known else OTHER,
        unit=known.unit if known and is_number else None,
        symbol=known.symbol if known and is_number else None,
        kind=known.kind if known else None,
        low=known.low if known and is_number else None,
        high=known.high if known and is_number else None,
        english=known.english if known else name,
        finnish=known.finnish if known else name,
        aliases=list(known.aliases) if known and is_number else [],
        listed=known is not None,
        projects=seen[name],
    )
