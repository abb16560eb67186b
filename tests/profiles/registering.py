"""Going through the short path in tests, as a browser without JavaScript does."""

from typing import Any

from profiles.models import Cluster, Registration

PAGES = ("role", "organisation", "sector", "exchange")
EMAIL = "ana@rodas.example"


def answers() -> dict[str, dict[str, Any]]:
    """What somebody answers on each page, and nothing that is optional."""
    return {
        "role": {"role": "visiting"},
        "organisation": {"name": "Rodas Novas", "organisation_type": "sme", "country": "PT"},
        "sector": {"main_sector": "29", "cluster": str(Cluster.objects.get(name="Mobinov").pk)},
        "exchange": {"purpose": ["learn", "training"], "languages": ["en", "pt"]},
    }


def send(client: Any, page: str, **changes: Any) -> Any:
    """Send one page; `changes` replace what is answered, None leaves an answer out."""
    given = answers()[page] | changes
    return client.post(
        f"/register/{page}/", {name: value for name, value in given.items() if value is not None}
    )


def walk(client: Any, **changes: dict[str, Any]) -> Registration:
    """Answer all pages; `sector={…}` changes what one page says."""
    for page in PAGES:
        response = send(client, page, **changes.get(page, {}))
        assert response.status_code == 302, response.content.decode()
    return Registration.objects.latest("pk")
