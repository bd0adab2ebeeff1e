# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM docker.io/mambaorg/micromamba:2.0.3-debian12-slim AS micromamba
FROM debian:bookworm-slim
USER root
WORKDIR /
RUN { id -u flytekit >/dev/null 2>&1 || useradd --create-home --shell /bin/bash flytekit || adduser -D flytekit; } && \
    chown -R flytekit /root /home
RUN --mount=type=bind,from=micromamba,source=/etc/ssl/certs/ca-certificates.crt,target=/run/pratique/ca.crt \
    test -e /etc/ssl/certs/ca-certificates.crt || { mkdir -p /etc/ssl/certs && cp /run/pratique/ca.crt /etc/ssl/certs/ca-certificates.crt; }
RUN --mount=type=bind,from=micromamba,source=/usr/bin/micromamba,target=/run/pratique/micromamba \
    --mount=type=bind,source=bf91eed0c676/conda.yaml,target=/run/pratique/bf91eed0c676/conda.yaml \
    --mount=type=cache,id=pratique-conda,target=/opt/micromamba/pkgs,sharing=locked \
    ["/run/pratique/micromamba", "create", "--yes", "--root-prefix", "/opt/micromamba", "--name", "runtime", "--file", "/run/pratique/bf91eed0c676/conda.yaml"]
RUN chown -R flytekit /opt/micromamba/envs
ENV PATH="/opt/micromamba/envs/runtime/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64"
RUN --mount=type=bind,source=uv-linux-amd64,target=/run/pratique/uv \
    --mount=type=bind,source=fe2547fe2604/requirements.txt,target=/run/pratique/fe2547fe2604/requirements.txt \
    --mount=type=cache,id=pratique-uv,target=/run/pratique/cache \
    ["/run/pratique/uv", "pip", "install", "--python", "/opt/micromamba/envs/runtime/bin/python", "--break-system-packages", "--compile-bytecode", "--link-mode", "copy", "--cache-dir", "/run/pratique/cache", "--requirement", "/run/pratique/fe2547fe2604/requirements.txt"]
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="aNopDMZZU72vpMOBF-ER6A"
