// captureStderr(callback): calls back and returns, as text, what was written to the file descriptor of stderr meanwhile.
// TensorFlow's libraries log while they are being loaded, when no level can be set yet.
#include <node_api.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

namespace {

// Everything that was written to a file.
std::string ReadAll(int file) {
  std::string text;
  char piece[4096];
  lseek(file, 0, SEEK_SET);
  for (ssize_t count; (count = read(file, piece, sizeof piece)) > 0;) text.append(piece, count);
  return text;
}

napi_value CaptureStderr(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value callback;
  napi_value undefined;
  napi_value result;
  if (napi_get_cb_info(env, info, &count, &callback, nullptr, nullptr) != napi_ok ||
      napi_get_undefined(env, &undefined) != napi_ok) {
    return nullptr;
  }
  const int kept = dup(STDERR_FILENO);
  const int file = memfd_create("stderr", 0);
  const bool captured = kept >= 0 && file >= 0 && dup2(file, STDERR_FILENO) >= 0;
  const napi_status status = napi_call_function(env, undefined, callback, 0, nullptr, &result);
  std::string text;
  if (captured) {
    dup2(kept, STDERR_FILENO);
    text = ReadAll(file);
  }
  if (file >= 0) close(file);
  if (kept >= 0) close(kept);
  // What the callback threw is on its way to the caller.
  if (status != napi_ok) return nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "captureStderr", NAPI_AUTO_LENGTH, CaptureStderr, nullptr, &function) != napi_ok ||
      napi_set_named_property(env, exports, "captureStderr", function) != napi_ok) {
    return nullptr;
  }
  return exports;
}
