"""openapi-python-client: a user made, read, and one that is not there."""

# mypy: ignore-errors, disable-error-code="import-not-found"
import json
import os
import sys

from bowerbird_client import AuthenticatedClient
from bowerbird_client.api.users import create_user, get_user
from bowerbird_client.models import NotFoundError, UserDetails

with AuthenticatedClient(base_url=os.environ["SERVER"], token=os.environ["TOKEN"]) as client:
    made = create_user.sync(client=client, body=UserDetails(email=os.environ["EMAIL"]))
    read = get_user.sync(made.id, client=client)
    missing = get_user.sync(os.environ["NO_ONE"], client=client)
    assert isinstance(missing, NotFoundError)
    sys.stdout.write(json.dumps({"id": str(made.id), "email": read.email, "refused": missing.data[0].code}))
