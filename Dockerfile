# The image of the GitHub Action: Regoose CI, and rootless Podman to nest its sandbox.
#
#   docker build --tag regoose-ci .
#
# BASE is Debian or Ubuntu with the system's own Python from 3.11 on. Where a proxy has a
# certificate of its own, mount the host's /etc/ssl/certs, to build and to run.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates python3-venv \
 && rm -rf /var/lib/apt/lists/*
# Dependencies first: they stay in the cache when only our own code changes.
WORKDIR /source
COPY .ci/image_requirements.py pyproject.toml ./
RUN python3 -m venv /opt/regoose/venv \
 && python3 image_requirements.py > requirements.txt \
 && /opt/regoose/venv/bin/python -m pip install --no-cache-dir --requirement requirements.txt
COPY README.md LICENSE ./
COPY regoose_ci regoose_ci
RUN /opt/regoose/venv/bin/python -m pip install --no-cache-dir --no-deps .

# hadolint ignore=DL3006
FROM ${BASE}
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      ca-certificates crun git libcap2-bin podman python3 runc tini uidmap \
 && rm -rf /var/lib/apt/lists/*
# File capabilities instead of setuid: as setuid programs they would need CAP_SYS_ADMIN in here.
RUN chmod u-s /usr/bin/newuidmap /usr/bin/newgidmap \
 && setcap cap_setuid+ep /usr/bin/newuidmap \
 && setcap cap_setgid+ep /usr/bin/newgidmap \
 && useradd --uid 1000 --create-home --shell /bin/bash regoose \
 && printf 'regoose:1:999\nregoose:1001:64535\n' > /etc/subuid \
 && cp /etc/subuid /etc/subgid
COPY .ci/image_containers.conf /etc/containers/containers.conf
COPY .ci/image_storage.conf /etc/containers/storage.conf
COPY --from=build /opt/regoose/venv /opt/regoose/venv
# HOME and /tmp are the only places that can be written to when the root is read-only.
ENV HOME=/home/regoose \
    LANG=C.UTF-8 \
    PATH=/opt/regoose/venv/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    UV_CACHE_DIR=/tmp/regoose/uv \
    UV_LINK_MODE=copy \
    REGOOSE_OUT=/home/regoose/out \
    XDG_RUNTIME_DIR=/tmp/regoose/run
# hadolint ignore=DL3066
USER regoose
WORKDIR /home/regoose
RUN python -m regoose_ci.assembly.prepare \
 && rm -rf /tmp/regoose
ENTRYPOINT ["tini", "--", "regoose"]
CMD ["--help"]
