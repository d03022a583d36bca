// Takes over TF_CPP_MIN_LOG_LEVEL when it is loaded. TensorFlow's Python package does this; its libraries alone do not,
// and log everything, even while their own initialisers run: so this is an addon of its own, loaded before the binding.
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
