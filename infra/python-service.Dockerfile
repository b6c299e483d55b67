# One file for all Python services: docker build --build-arg SERVICE=ingest -f infra/python-service.Dockerfile .
ARG PYTHON_IMAGE=python:3.13-slim
ARG NODE_IMAGE=node:22-slim
# What is installed: the sources as they are, or with pages that Node builds.
ARG INSTALLED=sources

FROM ${PYTHON_IMAGE} AS sources
ARG UV_VERSION=0.13.9
ARG SERVICE
# The system's Python, whose path is the same in the last stage; compiled here, as the running container cannot write.
ENV UV_PROJECT_ENVIRONMENT=/app \
    UV_PYTHON_PREFERENCE=only-system \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1 \
    UV_CACHE_DIR=/var/cache/packages/uv \
    PIP_CACHE_DIR=/var/cache/packages/pip \
    PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
# The secret `ca` is optional: a bundle of certificates, where packages come through a proxy that has its own.
RUN --mount=type=secret,id=ca --mount=type=cache,target=/var/cache/packages \
    if [ -s /run/secrets/ca ]; then export PIP_CERT=/run/secrets/ca; fi; \
    python3 -m venv /uv && /uv/bin/pip install --quiet "uv==${UV_VERSION}"
# First what changes seldom: foreign packages, by the lock alone. --locked would want every member's pyproject.toml.
RUN --mount=type=secret,id=ca --mount=type=cache,target=/var/cache/packages \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    --mount=type=bind,source=uv.lock,target=uv.lock \
    if [ -s /run/secrets/ca ]; then export SSL_CERT_FILE=/run/secrets/ca; fi; \
    /uv/bin/uv sync --quiet --frozen --no-dev --no-install-workspace --package "hdh-${SERVICE}"
COPY pyproject.toml uv.lock ./
COPY shared shared
COPY services/${SERVICE} services/${SERVICE}
# Another service that this one builds on.
ARG ALSO=shared
COPY ${ALSO} ${ALSO}

FROM ${NODE_IMAGE} AS pages
ENV npm_config_cache=/var/cache/packages/npm
WORKDIR /src/services/dashboard/web
COPY services/dashboard/web/package.json services/dashboard/web/package-lock.json services/dashboard/web/.npmrc ./
RUN --mount=type=secret,id=ca --mount=type=cache,target=/var/cache/packages \
    if [ -s /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi; \
    npm ci --silent
COPY services/dashboard/web ./
RUN npm run --silent build

FROM sources AS with-pages
COPY --from=pages /src/services/dashboard/src/dashboard/dist services/dashboard/src/dashboard/dist

FROM ${INSTALLED} AS build
ARG SERVICE
RUN --mount=type=secret,id=ca --mount=type=cache,target=/var/cache/packages \
    if [ -s /run/secrets/ca ]; then export SSL_CERT_FILE=/run/secrets/ca; fi; \
    /uv/bin/uv sync --quiet --frozen --no-dev --no-editable --package "hdh-${SERVICE}"
# Hundreds of modules that hardly ever are imported, a lexer for each language and a class for each answer of InfluxDB's
# set-up API: their compiled copies would be a fifth of what we add.
RUN for package in pygments influxdb_client reactivex markdown_it pydantic/v1; do \
        find /app -path "*/${package}/*" -name "*.pyc" -delete; \
    done

FROM ${PYTHON_IMAGE}
# A volume that is empty takes owner and mode from the folder it is mounted on: so no container need start as root.
RUN echo "hdh:x:10001:10001:Healthy Digital House:/nonexistent:/usr/sbin/nologin" >> /etc/passwd \
    && echo "hdh:x:10001:" >> /etc/group \
    && install -d -o 10001 -g 10001 -m 0700 /data /data/journal /data/store /data/api /data/migrate \
       /credentials /volumes /volumes/broker /volumes/journal /volumes/store /volumes/api /volumes/migrate
COPY --chmod=0755 infra/healthy.py /usr/local/bin/healthy
COPY --from=build /app /app
ARG SERVICE
ENV PATH=/app/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SERVICE=${SERVICE}
# Last, as these change with every commit.
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="hdh/${SERVICE}" \
      org.opencontainers.image.description="Healthy Digital House: ${SERVICE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="MIT"
USER 10001:10001
# No ENTRYPOINT: a command names its program, `docker run hdh/api api key list`.
CMD ["sh", "-c", "exec \"$SERVICE\" run"]
