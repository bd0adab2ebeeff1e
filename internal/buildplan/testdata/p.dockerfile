# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM 222222222222.dkr.ecr.us-east-1.amazonaws.com/base/python@sha256:abababababababababababababababababababababababababababababababab
USER root
WORKDIR /
RUN { id -u flytekit >/dev/null 2>&1 || useradd --create-home --shell /bin/bash flytekit || adduser -D flytekit; } && \
    chown -R flytekit /root /home
ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64"
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="4r01ayX64xRfEyxlVidI1A"
