# The operator alone: no shell is needed to run it, nothing is written, nobody is root.
# syntax: no feature beyond plain multi-stage builds, so that any builder will do.
ARG PYTHON=3.13-slim-trixie

FROM python:${PYTHON} AS build
WORKDIR /src
ENV UV_PROJECT_ENVIRONMENT=/opt/mandate UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.9
# the dependencies first: they change less often than the code
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
COPY README.md LICENSE ./
COPY operator ./operator
RUN uv sync --frozen --no-dev --no-editable

FROM python:${PYTHON}
COPY --from=build /opt/mandate /opt/mandate
ENV PATH=/opt/mandate/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# by number: the kubelet cannot tell whether a name is root
USER 65532:65532
WORKDIR /
EXPOSE 8080
ENTRYPOINT ["python", "-m", "mandate"]
