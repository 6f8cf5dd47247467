# pgleash as a container: docker build -t pgleash .
#
#   docker run -p 127.0.0.1:19187:19187 -e DATABASE_URL=postgres://pgleash@db1/postgres -e PGPASSWORD pgleash
#   docker run -p 127.0.0.1:19187:19187 -e PGPASSWORD -v ./pgleash:/etc/pgleash:ro pgleash serve --config.file=/etc/pgleash/pgleash.yml
#
# It runs as uid and gid 65532: mount files readable for that user, and the root read-only. It writes nothing but the
# audit and the pause of a policy, for which there is an empty /var/lib/pgleash: mount a volume there.

FROM node:24-trixie-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The bundler's program is an optional dependency of the bundler, so nothing can be omitted here.
RUN npm ci --ignore-scripts
COPY scripts scripts
COPY src src
RUN npm run build && mkdir audit

# Without a shell or a package manager there is little to abuse beside the credentials of a database. Nothing here needs
# them: ENTRYPOINT and HEALTHCHECK are in exec form and name the one program there is by its full path.
FROM gcr.io/distroless/nodejs24-debian13:nonroot
LABEL org.opencontainers.image.title="pgleash" \
      org.opencontainers.image.description="Finds leaked PostgreSQL connections, names who leaked them, and tells Prometheus" \
      org.opencontainers.image.licenses="Apache-2.0"
# Half of the threads look up names: with the 4 of Node.js, two names that nobody answers keep all others waiting.
ENV NODE_ENV=production UV_THREADPOOL_SIZE=128
WORKDIR /app
COPY package.json ./
# The packages it uses are bundled; dist/pgleash.cdx.json names them for scanners.
COPY --from=build /app/dist dist
# A new volume takes over its owner; without it the volume would be root's.
COPY --from=build --chown=65532:65532 /app/audit /var/lib/pgleash
# A number and not the name, so that Kubernetes can see that it is not root (runAsNonRoot).
USER 65532:65532
EXPOSE 19187
# Whoever sets another --web.listen-address must give it to the healthcheck, too.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["/nodejs/bin/node", "/app/dist/main.js", "healthcheck"]
# As process 1, Node.js itself gets SIGTERM, for which `serve` has a handler. With the flag, V8 clears away its youngest objects
# earlier, and the process stays smaller: 7 and 16 MB less at its highest in two measurements (docs/decisions/015-bundled.md).
ENTRYPOINT ["/nodejs/bin/node", "--max-semi-space-size=4", "/app/dist/main.js"]
CMD ["serve"]
