// Takes over TF_CPP_MIN_LOG_LEVEL when it is loaded. TensorFlow's Python package does this; its libraries alone do not. An
// addon of its own, so that the level holds before the binding loads the larger of the two libraries.
#include <node_api.h>

#include <cstdlib>

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"

NAPI_MODULE_INIT() {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level != nullptr) {
    absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(std::atoi(level)));
  }
  return exports;
}
