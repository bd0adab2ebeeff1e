# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM 222222222222.dkr.ecr.us-east-1.amazonaws.com/base/python@sha256:abababababababababababababababababababababababababababababababab
USER root
WORKDIR /
RUN --mount=type=cache,id=pratique-apt,target=/var/cache/apt,sharing=locked \
    apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends git=1:2.39.5-0+deb12u2 curl/bookworm-backports libc6:amd64 && \
    rm -rf /var/lib/apt/lists/*
RUN chown -R ray:users /root
ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64"
WORKDIR /root
USER ray:users
ENV _F_IMG_ID="B0Z2aBh-cpTRUmo7kBdUbA"
