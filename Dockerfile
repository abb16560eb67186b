# One image for web, workers and beat. It holds no secret: everything comes from the environment.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt /tmp/requirements.txt
RUN /opt/venv/bin/pip install --require-hashes -r /tmp/requirements.txt

FROM python:3.11-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=cxc_portal.settings.prod \
    HOST=0.0.0.0 \
    PORT=8000 \
    STATIC_ROOT=/srv/static \
    VAR_DIR=/var/lib/portal

RUN groupadd --system --gid 10001 portal \
    && useradd --system --uid 10001 --gid portal --home-dir /var/lib/portal --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal /var/lib/portal /srv/static

# What WeasyPrint prints with, and the fonts of the documents.
COPY bin/system-packages /tmp/system-packages
RUN apt-get update -q \
    && xargs apt-get install -q -y --no-install-recommends </tmp/system-packages \
    && rm -rf /var/lib/apt/lists/*

COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/portal
COPY manage.py gunicorn.conf.py ./
COPY bin/as_production bin/healthcheck.py bin/
COPY cxc_portal cxc_portal
COPY profiles profiles
COPY matching matching
COPY exchanges exchanges
COPY reports reports
COPY templates templates
COPY static static

USER portal
# The settings want their secrets even for this; bin/as_production gives throw-away ones.
RUN bin/as_production python manage.py collectstatic --no-input --verbosity 0

EXPOSE 8000
VOLUME /var/lib/portal
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "bin/healthcheck.py", "web"]
CMD ["gunicorn", "cxc_portal.wsgi"]
