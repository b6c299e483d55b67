"""The FastAPI application: routes, problems, health and description around the shared services."""

from importlib.metadata import version

from fastapi import Depends, FastAPI

from api.delivery import Deliver
from api.deps import refuse_strange_parameters
from api.description import add_description
from api.docs import add_docs
from api.patience import EndQueries
from api.problems import add_problems
from api.rates import LimitRates, Rates
from api.routes import (
    completeness,
    devices,
    houses,
    index,
    latest,
    live,
    projects,
    quantities,
    readings,
    rejected,
    rooms,
    series,
    status,
)
from api.services import Services
from hdh.requests import CountRequests
from hdh.serve import add_health

_ROUTES = (
    projects,
    houses,
    rooms,
    devices,
    quantities,
    series,
    readings,
    completeness,
    latest,
    live,
    rejected,
    status,
)


def create_app(services: Services) -> FastAPI:
    """Put the application together."""
    app = FastAPI(
        title="Healthy Digital House: query API",
        version=version("hdh-api"),
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    # The last one added is the first to see a request.
    app.add_middleware(EndQueries, seconds=services.answer_seconds)
    app.add_middleware(LimitRates, keys=Rates(services.key_rate), public=Rates(services.public_rate))
    app.add_middleware(CountRequests, metrics=services.metrics.requests)
    app.add_middleware(Deliver)
    add_problems(app)
    app.include_router(index.router)
    for noun in _ROUTES:
        app.include_router(noun.router, dependencies=[Depends(refuse_strange_parameters)])
    add_health(app, services.ready, services.metrics.registry)
    add_docs(app)
    add_description(app)
    return app
