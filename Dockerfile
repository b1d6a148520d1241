# The portal's image: web, worker, beat and the one-shot jobs differ only in their command (docker-compose.yml).

FROM node:24-slim AS styles
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY static/scss static/scss
RUN npm run css && npm run js

FROM python:3.12-slim AS packages
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PORTAL_DATA_DIR=/data \
    STATIC_ROOT=/srv/static \
    PORTAL_COMPRESS_STATIC=1
RUN useradd --system --uid 10001 --no-create-home portal && install -d -o portal /data
WORKDIR /srv/portal
COPY --from=packages /venv /venv
COPY . .
COPY --from=styles /build/static/css static/css
COPY --from=styles /build/static/js/vendor static/js/vendor
# The key is of this command alone: nothing is signed with it.
RUN pybabel -q compile -d portal/locale -D django \
    && SECRET_KEY=only-for-collecting-static-files python manage.py collectstatic --noinput -v0
USER portal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "portal.wsgi:application"]
