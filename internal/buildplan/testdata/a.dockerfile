# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM cr.flyte.org/flyteorg/flytekit:py3.11-latest
USER root
WORKDIR /
ENV PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64"
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="fv8aVGdGU6GT1t5W98ZQPA"
