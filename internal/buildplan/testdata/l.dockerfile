# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM scratch AS lend-linux-amd64
COPY uv-linux-amd64 /uv
FROM scratch AS lend-linux-arm64
COPY uv-linux-arm64 /uv
FROM lend-linux-${TARGETARCH} AS lend
FROM 222222222222.dkr.ecr.us-east-1.amazonaws.com/base/python@sha256:abababababababababababababababababababababababababababababababab
USER root
WORKDIR /
RUN --mount=type=cache,id=pratique-apt,target=/var/cache/apt,sharing=locked \
    apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends git vim
RUN { id -u flytekit >/dev/null 2>&1 || useradd --create-home --shell /bin/bash flytekit || adduser -D flytekit; } && \
    chown -R flytekit /root /home
ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV Z="1"
ENV A=""
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64"
RUN --mount=type=bind,from=lend,source=/uv,target=/run/pratique/uv \
    --mount=type=bind,source=579aecf72d00/requirements.txt,target=/run/pratique/579aecf72d00/requirements.txt \
    --mount=type=bind,source=af338ca6e48e/indexes.txt,target=/run/pratique/af338ca6e48e/indexes.txt \
    --mount=type=cache,id=pratique-uv,target=/run/pratique/cache \
    ["/run/pratique/uv", "pip", "install", "--python", "/usr/bin/python3.11", "--break-system-packages", "--compile-bytecode", "--link-mode", "copy", "--cache-dir", "/run/pratique/cache", "--requirement", "/run/pratique/579aecf72d00/requirements.txt", "--requirement", "/run/pratique/af338ca6e48e/indexes.txt", "--pre"]
ENTRYPOINT []
COPY --chown=flytekit files/ /root/
RUN --mount=type=bind,from=lend,source=/uv,target=/run/pratique/uv \
    ["/bin/sh", "-c", "PATH=$PATH:/run/pratique UV_PYTHON=/usr/bin/python3.11 UV_BREAK_SYSTEM_PACKAGES=1; export PATH UV_PYTHON UV_BREAK_SYSTEM_PACKAGES\nls"]
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="vOoJE7Jq9K67HnCLqHWmJA"
