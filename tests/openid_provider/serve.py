"""Starts the provider and prints its address: `python -m tests.openid_provider.serve`.

The environment names its folder. Each line on the standard input is a JSON object, answered by
"ok": `{"callback": …}` makes the portal known, any other is a person as `add_person` takes it.
"""

import json
import os
import sys
import threading
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, SECRET = "the-portal", "a secret shared by the portal and its provider"


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def write_key(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    folder.joinpath("key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def add_client(*, callback: str) -> None:
    from allauth.idp.oidc.models import Client

    client = Client(id=CLIENT_ID, name="ClusterXchange", redirect_uris=callback)
    client.set_secret(SECRET)
    client.set_scopes(["openid", "profile", "email"])
    client.save()


def add_person(
    *, username: str, password: str, email: str, is_verified: bool, first_name: str, last_name: str
) -> None:
    from django.contrib.auth.models import User

    user = User.objects.create_user(
        username, email, password, first_name=first_name, last_name=last_name
    )
    user.emailaddress_set.create(email=email, verified=is_verified, primary=True)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    write_key(Path(os.environ["OPENID_PROVIDER_FOLDER"]))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.openid_provider.settings"
    django.setup()

    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    call_command("migrate", verbosity=0)
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(f"http://127.0.0.1:{server.server_port}")
    for line in sys.stdin:
        given = json.loads(line)
        add = add_client if "callback" in given else add_person
        add(**given)
        say("ok")


if __name__ == "__main__":
    main()
