# One image for serve, worker, migrate and every other command.
FROM python:3.13-slim-bookworm AS build
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PROJECT_ENVIRONMENT=/srv/bowerbird UV_PYTHON_DOWNLOADS=never
# The dependencies first: they change less often than the program.
COPY pyproject.toml uv.lock README.md LICENSE NOTICE ./
RUN uv sync --frozen --no-default-groups --extra s3 --no-install-project
COPY src ./src
RUN uv sync --frozen --no-default-groups --extra s3 --no-editable

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin bowerbird \
    && install --directory --owner bowerbird --group bowerbird --mode 0700 /data
COPY --from=build /srv/bowerbird /srv/bowerbird
ENV PATH=/srv/bowerbird/bin:$PATH BOWERBIRD_DATA=/data BOWERBIRD_HOST=0.0.0.0 BOWERBIRD_PORT=8000 PYTHONUNBUFFERED=1
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import socket; s = socket.create_connection(('127.0.0.1', 8000), 2); s.sendall(b'GET /readyz HTTP/1.0\\r\\n\\r\\n'); raise SystemExit(b' 200 ' not in s.recv(64))"]
ENTRYPOINT ["bowerbird"]
CMD ["serve"]
