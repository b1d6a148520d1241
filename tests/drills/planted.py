"""The portal with a fault in it: windows asked for by a service are answered by a server error."""

from portal.wsgi import application as portal


def application(environ, start_response):
    if environ["PATH_INFO"] == "/api/v1/windows/" and "service=" in environ["QUERY_STRING"]:
        start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
        return [b""]
    return portal(environ, start_response)
