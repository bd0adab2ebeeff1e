# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM 222222222222.dkr.ecr.us-east-1.amazonaws.com/base/python@sha256:abababababababababababababababababababababababababababababababab
USER root
WORKDIR /
RUN apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends git && \
    apt-get clean && \
    rm -rf /var/lib/apt/lists/*
RUN { id -u flytekit >/dev/null 2>&1 || useradd --create-home --shell /bin/bash flytekit || adduser -D flytekit; } && \
    chown -R flytekit /root /home
ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64"
RUN --mount=type=bind,source=uv-linux-amd64,target=/run/pratique/uv \
    --mount=type=bind,source=d8c9f2728aa2/pylock.toml,target=/run/pratique/d8c9f2728aa2/pylock.toml \
    --mount=type=secret,id=pratique-index,target=/run/pratique/uv.toml,required=true \
    ["/run/pratique/uv", "pip", "install", "--python", "/usr/bin/python3.11", "--break-system-packages", "--compile-bytecode", "--link-mode", "copy", "--no-cache", "--requirement", "/run/pratique/d8c9f2728aa2/pylock.toml", "--config-file", "/run/pratique/uv.toml"]
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="m2nsXl1RgTrnoP7bP384Ww"
