# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM docker.io/mambaorg/micromamba:2.0.3-debian12-slim AS micromamba
FROM 222222222222.dkr.ecr.us-east-1.amazonaws.com/base/python@sha256:abababababababababababababababababababababababababababababababab
USER root
WORKDIR /
RUN { id -u flytekit >/dev/null 2>&1 || useradd --create-home --shell /bin/bash flytekit || adduser -D flytekit; } && \
    chown -R flytekit /root /home
RUN --mount=type=bind,from=micromamba,source=/etc/ssl/certs/ca-certificates.crt,target=/run/pratique/ca.crt \
    test -e /etc/ssl/certs/ca-certificates.crt || { mkdir -p /etc/ssl/certs && cp /run/pratique/ca.crt /etc/ssl/certs/ca-certificates.crt; }
RUN --mount=type=bind,from=micromamba,source=/usr/bin/micromamba,target=/run/pratique/micromamba \
    --mount=type=bind,source=176724f77226/conda.yaml,target=/run/pratique/176724f77226/conda.yaml \
    --mount=type=cache,id=pratique-conda,target=/opt/micromamba/pkgs,sharing=locked \
    ["/run/pratique/micromamba", "create", "--yes", "--root-prefix", "/opt/micromamba", "--name", "runtime", "--file", "/run/pratique/176724f77226/conda.yaml"]
RUN chown -R flytekit /opt/micromamba/envs
ENV PATH="/opt/micromamba/envs/runtime/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64:/opt/micromamba/envs/runtime/lib"
ENV PYTHONPATH="/root"
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="qHCCzOON_HRehVSy5_VAiQ"
