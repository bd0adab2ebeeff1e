# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM 222222222222.dkr.ecr.us-east-1.amazonaws.com/base/python@sha256:abababababababababababababababababababababababababababababababab
USER root
WORKDIR /
RUN { id -u flytekit >/dev/null 2>&1 || useradd --create-home --shell /bin/bash flytekit || adduser -D flytekit; } && \
    chown -R flytekit /root /home
ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64"
RUN --mount=type=bind,source=uv-linux-amd64,target=/run/pratique/uv \
    --mount=type=bind,source=fe2547fe2604/requirements.txt,target=/run/pratique/fe2547fe2604/requirements.txt \
    --mount=type=cache,id=pratique-uv,target=/run/pratique/cache \
    ["/run/pratique/uv", "pip", "install", "--python", "/usr/bin/python3.11", "--break-system-packages", "--compile-bytecode", "--link-mode", "copy", "--cache-dir", "/run/pratique/cache", "--requirement", "/run/pratique/fe2547fe2604/requirements.txt"]
RUN ["/bin/rm", "-r", "-f", "/run/pratique"]
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="KFRyw85I4sodSnoyXAYG6w"
