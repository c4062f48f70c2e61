# Two stages: what builds stays behind. The image runs as nobody in particular, and writes to /var/lib/adapter alone.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.txt requirements-dev.txt ./
RUN python -m venv /opt/adapter \
 && /opt/adapter/bin/pip install --require-hashes -r requirements.txt \
 && python -m venv /opt/tools \
 && /opt/tools/bin/pip install --require-hashes -r requirements-dev.txt
COPY pyproject.toml README.md LICENSE ./
COPY adapter ./adapter
COPY mappings ./mappings
COPY fixtures ./fixtures
RUN /opt/tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /build/wheel . \
 && /opt/adapter/bin/pip install --no-deps --no-index /build/wheel/*.whl

FROM python:${PYTHON}-slim
RUN groupadd --system --gid 10001 adapter \
 && useradd --system --uid 10001 --gid adapter --home-dir /var/lib/adapter --shell /usr/sbin/nologin adapter \
 && install --directory --owner adapter --group adapter --mode 0700 /var/lib/adapter
COPY --from=build /opt/adapter /opt/adapter
ENV PATH=/opt/adapter/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ADAPTER_DATA_DIR=/var/lib/adapter
USER adapter
WORKDIR /var/lib/adapter
VOLUME /var/lib/adapter
HEALTHCHECK --interval=60s --timeout=10s --start-period=5s CMD ["adapter", "--version"]
ENTRYPOINT ["adapter"]
CMD ["--help"]
