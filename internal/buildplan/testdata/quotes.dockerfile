# Made by pratique from an ImageSpec. Only the field commands is shell.
FROM 222222222222.dkr.ecr.us-east-1.amazonaws.com/base/python@sha256:abababababababababababababababababababababababababababababababab
USER root
WORKDIR /
RUN { id -u flytekit >/dev/null 2>&1 || useradd --create-home --shell /bin/bash flytekit || adduser -D flytekit; } && \
    chown -R flytekit /root /home
ENV PATH="/opt/x/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:\${PATHS}:/usr/local/nvidia/bin:/usr/local/cuda/bin"
ENV PYTHONPATH="/root"
ENV SPACES="a  b "
ENV DOLLAR="pa\$\$w0rd \${HOME} \$(touch /pwned)"
ENV QUOTES="\"'`touch /pwned`"
ENV BACKSLASH="\\n\\"
ARG PRATIQUE_ENV_0
ENV LINES="${PRATIQUE_ENV_0}"
ENV EMPTY=""
ENV HASH="# x"
ENV UNICODE="é😀 "
ENV LD_LIBRARY_PATH="/usr/local/nvidia/lib64:/opt/x/lib:"
ENV SELF="\$SELFISH"
RUN --mount=type=bind,source=uv-linux-amd64,target=/run/pratique/uv \
    --mount=type=bind,source=5b915c2e7892/requirements.txt,target=/run/pratique/5b915c2e7892/requirements.txt \
    --mount=type=cache,id=pratique-uv,target=/run/pratique/cache \
    ["/run/pratique/uv", "pip", "install", "--python", "/usr/bin/python3.11", "--break-system-packages", "--compile-bytecode", "--link-mode", "copy", "--cache-dir", "/run/pratique/cache", "--requirement", "/run/pratique/5b915c2e7892/requirements.txt", "--no-deps", "; touch /pwned", "$(touch /pwned)", "a b"]
ENTRYPOINT ["/bin/sh", "-c", "echo \"$HOME\" 'x'\nRUN touch /pwned", "\\", "<>&"]
RUN --mount=type=bind,source=uv-linux-amd64,target=/run/pratique/uv \
    ["/bin/sh", "-c", "PATH=$PATH:/run/pratique UV_PYTHON=/usr/bin/python3.11 UV_BREAK_SYSTEM_PACKAGES=1; export PATH UV_PYTHON UV_BREAK_SYSTEM_PACKAGES\n[\"a\"] && --mount=type=bind x && cat <<EOF\nRUN touch /pwned\nEOF && echo a\\"]
WORKDIR /root
USER flytekit
ENV _F_IMG_ID="Oz2QftM0g0AhyaVCHPiacQ"
