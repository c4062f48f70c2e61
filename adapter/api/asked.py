"""What a request asks for in its JSON body, read into a model; what cannot be read is named, never shown."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from adapter.api.arrival import small
from adapter.api.refusal import Refusal

Model = TypeVar("Model", bound="Asked")


class Asked(BaseModel):
    """A body of which every field is known."""

    model_config = ConfigDict(extra="forbid")


async def asked(request: Request, model: type[Model]) -> Model:
    """Raises Refusal 400 that names the fields that are wrong or missing, and 413."""
    body = await small(request)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        known = {field.alias or name for name, field in model.model_fields.items()}
        places = {str(each["loc"][0]) for each in error.errors(include_input=False) if each["loc"]}
        wrong = ", ".join(f"`{place}`" for place in sorted(places & known)) or "The body"
        raise Refusal(
            400, f"{wrong} cannot be read: send JSON with {', '.join(sorted(known))}, as GET /docs shows."
        ) from None


def body_of(model: type[Asked]) -> dict[str, object]:
    """The body for the OpenAPI: it is read by `asked`, so FastAPI does not see it."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}
