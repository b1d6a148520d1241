"""API of the second floor: restoration, figures, ports and their returns."""

from measures.api import figures, ports

routes = [*ports.routes, *figures.routes]
