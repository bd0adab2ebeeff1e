# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM 222222222222.dkr.ecr.us-east-1.amazonaws.com/base/python@sha256:abababababababababababababababababababababababababababababababab
USER root
WORKDIR /
RUN { id -u flytekit >/dev/null 2>&1 || useradd --create-home --shell /bin/bash flytekit || adduser -D flytekit; } && \
    chown -R flytekit /root /home
ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64"
RUN --mount=type=bind,source=fe2547fe2604/requirements.txt,target=/run/pratique/fe2547fe2604/requirements.txt \
    --mount=type=bind,source=2c027c1bbd5d/indexes.txt,target=/run/pratique/2c027c1bbd5d/indexes.txt \
    ["/usr/bin/env", "PIP_BREAK_SYSTEM_PACKAGES=1", "/usr/bin/python3.11", "-m", "pip", "install", "--disable-pip-version-check", "--no-cache-dir", "--requirement", "/run/pratique/fe2547fe2604/requirements.txt", "--requirement", "/run/pratique/2c027c1bbd5d/indexes.txt", "--no-deps"]
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="oYdaKPkXtRwsPw2FjtF1Xg"
