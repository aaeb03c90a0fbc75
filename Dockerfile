# What runs is compiled: the second stage has the programs, their chunks, the files for the browser and the migrations. There is
# no package folder, no source and no build tool in it, and nothing is written. PostgreSQL is not in it: set DATABASE_URL.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/prisma/migrations prisma/migrations
COPY --from=build /app/build/client build/client
COPY --from=build /app/build/parity build/parity
USER node
EXPOSE 3000
# Give it 60 seconds to stop (docs/operating.md): runs are handed over, requests in flight are answered.
STOPSIGNAL SIGTERM
# For the web process. A worker: the same with WORKER_PORT, as compose.yaml has it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process, so that it receives the signal.
CMD ["node", "build/parity/server.js"]
