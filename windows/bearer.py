"""Who calls the API: a province's system, by `Authorization: Bearer <token>`. No session, no cookie.

A missing, unknown, expired and revoked token are answered alike: 401.
"""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.decorators import api_view, authentication_classes, parser_classes, permission_classes
from rest_framework.decorators import renderer_classes as renderers
from rest_framework.exceptions import NotAuthenticated, PermissionDenied, Throttled
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer

from windows import limits, tokens
from windows.models import ProvinceToken

SCHEME = "Bearer"


class TokenWanted(NotAuthenticated):
    default_detail = "This route wants a valid token: send it as “Authorization: Bearer …”."


class OutOfScope(PermissionDenied):
    default_detail = "This token may not be used for that."
    default_code = "out_of_scope"


class Bearer(BaseAuthentication):
    """The caller is `request.auth`, a ProvinceToken; there is no user. Each call counts against the token's limit."""

    def authenticate(self, request) -> tuple[None, ProvinceToken]:
        scheme, _blank, text = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        token = tokens.by_text(text.strip()) if scheme.lower() == SCHEME.lower() else None
        if token is None:
            raise TokenWanted
        if not limits.allows(limits.CALLS_PER_TOKEN, str(token.pk)):
            raise Throttled(wait=limits.CALLS_PER_TOKEN.per.total_seconds())
        return None, token

    def authenticate_header(self, request) -> str:
        return f'{SCHEME} realm="api"'


class Scheme(OpenApiAuthenticationExtension):
    """How the description tells it."""

    target_class = Bearer
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {"type": "http", "scheme": "bearer", "description": "Issued to a province by the nation's supervisor."}


def by_token(method: str, scope: str, *parsers: type):
    """A view of the API for provincial systems whose token covers the scope. It answers JSON alone."""

    class Covers(BasePermission):
        def has_permission(self, request, view) -> bool:
            if scope not in request.auth.scopes:
                raise OutOfScope
            return True

    def decorate(view):
        for decorator in (
            parser_classes(parsers),
            renderers([JSONRenderer]),
            permission_classes([Covers]),
            authentication_classes([Bearer]),
        ):
            view = decorator(view)
        return api_view([method])(view)

    return decorate
