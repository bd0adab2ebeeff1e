# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM cr.flyte.org/flyteorg/flytekit:py3.11-latest
USER root
WORKDIR /
ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64"
RUN --mount=type=bind,source=uv-linux-amd64,target=/run/pratique/uv \
    --mount=type=bind,source=095e44d3c8ea/requirements.txt,target=/run/pratique/095e44d3c8ea/requirements.txt \
    --mount=type=cache,id=pratique-uv,target=/run/pratique/cache \
    ["/run/pratique/uv", "pip", "install", "--python", "/usr/local/bin/python3.11", "--break-system-packages", "--compile-bytecode", "--link-mode", "copy", "--cache-dir", "/run/pratique/cache", "--requirement", "/run/pratique/095e44d3c8ea/requirements.txt"]
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="qXV-D26ns666MpC7XHhMuA"
