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
    --mount=type=bind,source=1ccbdf8ad487/requirements.txt,target=/run/pratique/1ccbdf8ad487/requirements.txt \
    --mount=type=bind,source=bc5b91f7474e/ca.pem,target=/run/pratique/bc5b91f7474e/ca.pem \
    ["/usr/bin/env", "SSL_CERT_FILE=/run/pratique/bc5b91f7474e/ca.pem", "REQUESTS_CA_BUNDLE=/run/pratique/bc5b91f7474e/ca.pem", "PIP_CERT=/run/pratique/bc5b91f7474e/ca.pem", "/run/pratique/uv", "pip", "install", "--python", "/usr/bin/python3.11", "--break-system-packages", "--compile-bytecode", "--link-mode", "copy", "--no-cache", "--requirement", "/run/pratique/1ccbdf8ad487/requirements.txt"]
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="KFRyw85I4sodSnoyXAYG6w"
