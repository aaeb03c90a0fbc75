# Debian, not Alpine: the embedded PostgreSQL needs glibc. It is used only without DATABASE_URL.
FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
# What is only built and tested with is removed: npm would keep it, because it is an optional peer of something.
RUN npm run build && node scripts/prune.mjs

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build --chown=node:node /app ./
RUN mkdir .data && chown node:node .data
USER node
VOLUME /app/.data
EXPOSE 3000
HEALTHCHECK CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is the first process, so that it receives SIGTERM and lets running requests finish.
CMD ["node", "--import", "tsx", "app/server/start.ts"]
