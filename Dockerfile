# migration-guard, and an example app that starts under it.
#
#   docker build --target guard -t migration-guard:1 .   the binary: COPY --from=migration-guard:1 /migration-guard ...
#   docker build --target build -t guard-build .         the build tree, in which the tests can be run
#   docker build -t analytics-app .                      the example (CapRover always builds the last stage)
#
# Classic builder and BuildKit of Docker 20.10 and later; hence no heredocs, no RUN --mount, no COPY --chmod.

# Any Node that Prisma 7 accepts: ^20.19, ^22.12, >=24.
ARG NODE_IMAGE=node:20-bookworm-slim

# ---- build: the static binary --------------------------------------------------------------------------------------
FROM debian:bookworm-slim AS build
WORKDIR /src
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
# libpq changes when Debian's sources do, not when the guard does: a layer of its own.
COPY scripts/lib ./scripts/lib
COPY scripts/install-dependencies scripts/build-libpq ./scripts/
RUN ./scripts/install-dependencies build static && ./scripts/build-libpq \
 && rm -rf /var/lib/apt/lists/* build/libpq/apt build/libpq/sources
COPY CMakeLists.txt CMakePresets.json LICENSE ./
COPY cmake ./cmake
COPY scripts ./scripts
COPY src ./src
COPY entrypoint ./entrypoint
RUN ./scripts/build-static
COPY packaging ./packaging
RUN ./packaging/bill-of-materials /guard \
 && cp build/static/migration-guard /guard/migration-guard
# The rest is for whoever runs the tests in this stage.
COPY . .

# ---- guard: nothing but the binary, certificate authorities, licences, bill of materials ---------------------------
FROM scratch AS guard
COPY --from=build /guard/migration-guard /migration-guard
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /guard/licenses /licenses
COPY --from=build /guard/sbom.spdx.json /sbom.spdx.json
ENTRYPOINT ["/migration-guard"]

# ---- modules: what the example needs at run time -------------------------------------------------------------------
FROM ${NODE_IMAGE} AS modules
WORKDIR /app
COPY examples/analytics-app/package.json examples/analytics-app/package-lock.json examples/analytics-app/.npmrc ./
# No install scripts: they would download Prisma's engines, which nothing here runs.
RUN npm ci --ignore-scripts
COPY examples/analytics-app/prisma ./prisma
COPY examples/analytics-app/prisma.config.ts ./
# `generate` asks for a schema engine without using it. Afterwards the CLI (230 MB) can go: the guard applies natively.
RUN PRISMA_SCHEMA_ENGINE_BINARY=/bin/true node node_modules/prisma/build/index.js generate \
 && npm pkg delete dependencies.prisma \
 && npm prune --ignore-scripts

# ---- example: last, since CapRover cannot choose a stage -----------------------------------------------------------
FROM ${NODE_IMAGE} AS example
WORKDIR /app
COPY --from=guard /migration-guard /usr/local/bin/migration-guard
# Node brings its own certificate authorities, the slim image has none: these are for `sslmode=verify-full`.
COPY --from=guard /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=modules /app ./
COPY examples/analytics-app/src ./src
COPY captain-definition ./
# The bundle is looked at where it can still be mended.
RUN ["migration-guard", "check", "--no-database"]
# CapRover's "Container HTTP Port" is 80 unless told otherwise; Docker lets any user bind it.
ENV NODE_ENV=production PORT=80
# CapRover passes the commit as a build argument and nowhere else: /version tells it, deploy.sh waits for it.
ARG CAPROVER_GIT_COMMIT_SHA=
ENV APP_RELEASE=$CAPROVER_GIT_COMMIT_SHA
USER node
# The start period is longer than the guard's deadline (14 min), else a long migration is killed. A good start does not
# wait for it: the first healthy probe ends it.
HEALTHCHECK --start-period=15m --interval=5s --timeout=5s --retries=3 CMD ["migration-guard", "probe"]
ENTRYPOINT ["migration-guard", "--"]
CMD ["node", "src/server.js"]
