"""`/`: what there is to open."""

from fastapi import APIRouter
from pydantic import BaseModel

router = APIRouter(tags=["discovery"])


class IndexOut(BaseModel):
    """Where to go on."""

    title: str
    docs: str
    openapi: str
    start: list[str]


@router.get("/")
async def read_index() -> IndexOut:
    """What there is to open."""
    return IndexOut(
        title="Healthy Digital House: query API",
        docs="/docs",
        openapi="/openapi.json",
        start=["/v1/projects", "/v1/series", "/v1/latest", "/v1/readings"],
    )
