/* plugin_services.hpp - failures, lent values and the services of a host, for plugin_runtime.hpp. */
#ifndef PLUGIN_SERVICES_HPP
#define PLUGIN_SERVICES_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plr_allocator.h"
#include "plr_log.h"
#include "plr_registry.h"
#include "plugin_values.h"

namespace plr {

/* ---- Failures ----------------------------------------------------------------------------- */

/* Why something failed: a code of plugin_abi.h, what it is about, what happened and what to do. */
class Error : public std::exception {
 public:
  /* A code of PLR_OK, which is none, becomes PLR_ERROR_PLUGIN. */
  Error(plr_status code, std::string subject, std::string message)
      : code_(code == PLR_OK ? PLR_ERROR_PLUGIN : code),
        subject_(std::move(subject)),
        message_(std::move(message)),
        what_(subject_.empty() ? message_ : subject_ + ": " + message_) {}

  /* What a function has filled. */
  Error(plr_status code, const plr_error &error) : Error(code, error.subject, error.message) {}

  plr_status code() const noexcept { return code_; }
  const std::string &subject() const noexcept { return subject_; }
  const std::string &message() const noexcept { return message_; }
  const char *what() const noexcept override { return what_.c_str(); }

 private:
  plr_status code_;
  std::string subject_, message_, what_;
};

/* Room that a function may fill with its reasons. */
inline plr_error room() noexcept {
  plr_error error{};
  error.size = sizeof error;
  return error;
}

/* Calls `body`. What it throws is written into `error`, which may be NULL, and returned as a code. */
template <class Body>
plr_status guarded(plr_error *error, Body &&body) noexcept {
  try {
    std::forward<Body>(body)();
    return PLR_OK;
  } catch (const Error &failure) {
    return plugin_fail(error, failure.code(), failure.subject().c_str(),
                       failure.message().c_str());
  } catch (const std::bad_alloc &) {
    return plugin_fail(error, PLR_ERROR_OUT_OF_MEMORY, "memory", "there is none left");
  } catch (const std::exception &failure) {
    return plugin_fail(error, PLR_ERROR_PLUGIN, "exception", failure.what());
  } catch (...) {
    return plugin_fail(error, PLR_ERROR_PLUGIN, "exception", "it is no std::exception");
  }
}

/* ---- Values ------------------------------------------------------------------------------- */

/* Bytes that belong to somebody else. */
class Bytes {
 public:
  constexpr Bytes() noexcept = default;
  constexpr Bytes(const std::uint8_t *data, std::size_t size) noexcept : data_(data), size_(size) {}
  constexpr Bytes(plr_bytes bytes) noexcept : Bytes(bytes.bytes, bytes.length) {}
  Bytes(const std::vector<std::uint8_t> &bytes) noexcept : Bytes(bytes.data(), bytes.size()) {}

  constexpr const std::uint8_t *data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return size_; }
  constexpr bool empty() const noexcept { return size_ == 0; }
  constexpr const std::uint8_t *begin() const noexcept { return data_; }
  constexpr const std::uint8_t *end() const noexcept { return data_ + size_; }
  constexpr std::uint8_t operator[](std::size_t index) const noexcept { return data_[index]; }
  explicit operator std::vector<std::uint8_t>() const { return {begin(), end()}; }
  constexpr operator plr_bytes() const noexcept { return {data_, size_}; }

 private:
  const std::uint8_t *data_ = nullptr;
  std::size_t size_ = 0;
};

/* A lent text; good as long as it is lent. */
inline std::string_view view(plr_text text) noexcept { return {text.bytes, text.length}; }

/* A text to lend; good as long as `text` is. */
inline plr_text lend(std::string_view text) noexcept { return {text.data(), text.size()}; }

/* Whether `text` is well-formed UTF-8. What was lent need not be. Source: Unicode 15, table 3-7. */
inline bool isUTF8(std::string_view text) noexcept {
  auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  for (std::size_t index = 0; index < text.size();) {
    unsigned char first = byte(index);
    std::size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || text.size() - index <= more)
      return false;
    for (std::size_t next = 1; next <= more; next += 1)
      if ((byte(index + next) & 0xc0) != 0x80) return false;
    if (more > 1) {
      unsigned char second = byte(index + 1);
      if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
          (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
        return false;
    }
    index += more + 1;
  }
  return true;
}

/* ---- Services ----------------------------------------------------------------------------- */

/* What a host offers to one plugin, charged to it. Copies are as good. [any-thread], from the plugin's init
 * to the end of its deinit */
class Services {
 public:
  /* Throws NOT_FOUND, naming it, where the host lacks one of the three. */
  explicit Services(const plr_host *host)
      : host_(host),
        allocator_(find<plr_allocator>(PLR_ALLOCATOR_ID, PLR_ALLOCATOR_REVISION)),
        log_(find<plr_log>(PLR_LOG_ID, PLR_LOG_REVISION)),
        registry_(find<plr_registry>(PLR_REGISTRY_ID, PLR_REGISTRY_REVISION)) {}

  const plr_host *host() const noexcept { return host_; }
  const plr_registry &registry() const noexcept { return *registry_; }

  /* A block that somebody frees with `deallocate`. Throws std::bad_alloc. */
  void *allocate(std::size_t size, std::size_t alignment = 0) const {
    void *block = allocator_->allocate(host_, size, alignment);
    if (block == nullptr) throw std::bad_alloc();
    return block;
  }

  void deallocate(void *block) const noexcept { allocator_->deallocate(host_, block); }

  bool logs(plr_log_level level) const noexcept { return log_->is_enabled(host_, level) != 0; }

  /* Writes `message`, in UTF-8, if its level passes. `category` may be NULL. */
  void log(plr_log_level level, const char *category, std::string_view message) const noexcept {
    if (logs(level)) log_->write(host_, level, category, message.data(), message.size());
  }

 private:
  template <class Table>
  const Table *find(const char *id, std::uint32_t revision) const {
    const void *table = host_->query_interface(host_, id, revision);
    if (table == nullptr) throw Error(PLR_ERROR_NOT_FOUND, id, "the host does not offer it");
    return static_cast<const Table *>(table);
  }

  const plr_host *host_;
  const plr_allocator *allocator_;
  const plr_log *log_;
  const plr_registry *registry_;
};

}  // namespace plr

#endif
