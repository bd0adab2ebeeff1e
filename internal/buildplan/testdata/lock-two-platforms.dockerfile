# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM scratch AS lend-linux-amd64
COPY uv-linux-amd64 /uv
COPY pylock.toml-linux-amd64 /pylock.toml
FROM scratch AS lend-linux-arm64
COPY uv-linux-arm64 /uv
COPY pylock.toml-linux-arm64 /pylock.toml
FROM lend-linux-${TARGETARCH} AS lend
FROM 222222222222.dkr.ecr.us-east-1.amazonaws.com/base/python@sha256:abababababababababababababababababababababababababababababababab
USER root
WORKDIR /
RUN { id -u flytekit >/dev/null 2>&1 || useradd --create-home --shell /bin/bash flytekit || adduser -D flytekit; } && \
    chown -R flytekit /root /home
ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64"
RUN --mount=type=bind,from=lend,source=/uv,target=/run/pratique/uv \
    --mount=type=bind,from=lend,source=/pylock.toml,target=/run/pratique/0386e555341b/pylock.toml \
    ["/run/pratique/uv", "pip", "install", "--python", "/usr/bin/python3.11", "--break-system-packages", "--compile-bytecode", "--link-mode", "copy", "--no-cache", "--requirement", "/run/pratique/0386e555341b/pylock.toml"]
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="FBjsk7JVKcFUUb3be420Dg"
