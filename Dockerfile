# linkwarden for CI that is not GitHub's; docs/ci.md says how to use it. Everything is installed by hash from
# requirements/run.txt. The base image is named by tag: pin it by digest where you build (`docker buildx imagetools
# inspect python:3.14-slim` prints it), because only there it is known to be the one that was looked at.
FROM python:3.14-slim AS build
COPY requirements/run.txt /tmp/run.txt
RUN python -I -m venv /opt/linkwarden \
 && /opt/linkwarden/bin/python -I -m pip install --no-cache-dir --disable-pip-version-check \
      --only-binary=:all: --require-hashes --no-deps -r /tmp/run.txt
COPY src/linkwarden /opt/linkwarden/src/linkwarden
# A path file in place of an installed package: nothing has to be built, so no build tool is downloaded.
RUN /opt/linkwarden/bin/python -I -c "import pathlib, sysconfig; \
      pathlib.Path(sysconfig.get_path('purelib'), 'linkwarden.pth').write_text('/opt/linkwarden/src')" \
 && /opt/linkwarden/bin/python -I -m compileall -q /opt/linkwarden

FROM python:3.14-slim
# git tells since when a link is in the list, and what a change adds. The lists belong to another user than the one here.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/* \
 && git config --system --add safe.directory /lists
COPY --from=build /opt/linkwarden /opt/linkwarden
USER 65532:65532
ENV HOME=/tmp
WORKDIR /lists
ENTRYPOINT ["/opt/linkwarden/bin/python", "-I", "-m", "linkwarden"]
CMD ["check", "--no-report", "--no-state"]
