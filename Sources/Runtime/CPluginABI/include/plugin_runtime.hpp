/* plugin_runtime.hpp - the C interfaces for C++17: what was taken is given back by itself, and no exception
 * passes the boundary.
 *
 * A draft, as plugin_values.h is. Needs nothing but the standard library and the host's table.
 *
 *  - plr::Module is a plugin between init and deinit; PLR_PLUGIN writes its entry.
 *  - plr::Export makes a C table of a class; each plr::Slot joins a function of the table and a method.
 *  - plr::Reference is a pinned implementation of others; its call<> looks like a call of C++.
 *  - plr::lend and Module::give make closures of function objects; plr::Kept keeps one of others.
 *
 * A failure is a plr::Error on either side. What a method throws becomes a code and a message for the
 * caller: a plr::Error itself, std::bad_alloc PLR_ERROR_OUT_OF_MEMORY, everything else PLR_ERROR_PLUGIN with
 * what() as its message. A method behind a function that cannot report a failure must be noexcept.
 *
 * Compile plugins with -fvisibility=hidden, and link them with a version script that exports the entry alone
 * (plugin.exports): symbols that g++ makes unique for the whole process, in the standard library's templates too,
 * keep a plugin from being unmapped.
 *
 * Thread tags are those of plugin_abi.h. What has none is for one thread at a time. */
#ifndef PLUGIN_RUNTIME_HPP
#define PLUGIN_RUNTIME_HPP

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plr_state.h"
#include "plugin_closures.hpp"

namespace plr {

/* ---- A plugin ----------------------------------------------------------------------------- */

/* A plugin between init and deinit: what it offers, taken back in reverse order when it goes. [host-thread] */
class Module {
 public:
  explicit Module(const plr_host *host) : services(host), giver_(services) {}

  ~Module() {
    giver_.close();
    while (!offers_.empty()) {
      Offer &last = *offers_.back();
      services.registry().remove(services.host(), last.which.id, last.which.revision, last.table);
      offers_.pop_back();
    }
  }

  Module(const Module &) = delete;
  Module &operator=(const Module &) = delete;

  const Services services;

  /* Makes an implementation, registers it and keeps it. `Exported` is an Export. Those with a higher
   * priority are found first. Throws what making it throws, and Error where it cannot be registered. */
  template <class Exported, class... Arguments>
  typename Exported::Implementation &implement(const Interface &interface_,
                                               std::int32_t priority = 0,
                                               Arguments &&...arguments) {
    struct Made : Offer {
      Made(const Services &services_, const Interface &which_, Arguments &&...rest)
          : Offer(which_), exported(services_, which_, std::forward<Arguments>(rest)...) {
        table = &exported.table();
      }
      Exported exported;
    };
    auto made = std::make_unique<Made>(services, interface_, std::forward<Arguments>(arguments)...);
    auto &implementation = made->exported.implementation();
    offers_.reserve(offers_.size() + 1);
    plr_error error = room();
    plr_status status = services.registry().add(services.host(), interface_.id, interface_.revision,
                                                priority, made->table, &error);
    if (status != PLR_OK) throw Error(status, error);
    offers_.push_back(std::move(made));
    return implementation;
  }

  /* Gives a function object away, for others to keep and to call until the plugin is taken down; see
   * plugin_closures.hpp:
   *
   *   table.call<&example_index::watch>(module.give<example_index_watch_body>([state] { … })); */
  template <class Closure, class Callable>
  Given<Closure> give(Callable callable) {
    return giver_.give<Closure>(std::move(callable));
  }

  /* Hands a state on when the plugin is reloaded (plr_state.h). `save` returns it in format `version`, and
   * changes nothing; `accept` takes one in a format from `oldest` to `version`, and throws where it
   * cannot. */
  void keep(std::uint32_t version, std::uint32_t oldest, std::function<std::string()> save,
            std::function<void(std::uint32_t, std::string_view)> accept) {
    save_ = std::move(save);
    accept_ = std::move(accept);
    state_.version = version;
    state_.oldest_accepted = oldest;
  }

 private:
  friend class Modules;

  struct Offer {
    explicit Offer(const Interface &which_) : which(which_) {}
    virtual ~Offer() = default;
    Interface which;
    const void *table = nullptr;
  };

  const void *find(const char *id, std::uint32_t revision) const noexcept {
    if (save_ && std::strcmp(id, PLR_STATE_ID) == 0 && revision == PLR_STATE_REVISION)
      return &state_;
    for (const auto &offer : offers_)
      if (std::strcmp(id, offer->which.id) == 0 && revision == offer->which.revision)
        return offer->table;
    return nullptr;
  }

  Giver giver_;
  std::vector<std::unique_ptr<Offer>> offers_;
  std::function<std::string()> save_;
  std::function<void(std::uint32_t, std::string_view)> accept_;
  plr_state state_{sizeof(plr_state), PLR_STATE_REVISION, 0, 0, nullptr, nullptr};
  Module *next_ = nullptr;
};

/* The modules of one plugin, one for each host that has initialised it; for PLR_PLUGIN. Nothing is left to do
 * when the plugin is unmapped. */
class Modules {
 public:
  constexpr Modules() noexcept = default;

  plr_status begin(const plr_host *host, plr_error *error, void (*body)(Module &),
                   const plr_state &state) noexcept {
    return guarded(error, [&] {
      auto module = std::make_unique<Module>(host);
      body(*module);
      module->state_.save = state.save;
      module->state_.accept = state.accept;
      std::lock_guard<std::mutex> lock(mutex_);
      module->next_ = first_;
      first_ = module.release();
    });
  }

  void end(const plr_host *host) noexcept {
    std::unique_ptr<Module> ended;
    std::lock_guard<std::mutex> lock(mutex_);
    for (Module **place = &first_; *place != nullptr; place = &(*place)->next_) {
      if ((*place)->services.host() != host) continue;
      ended.reset(*place);
      *place = ended->next_;
      return;
    }
  }

  /* [any-thread] */
  const void *find(const plr_host *host, const char *id, std::uint32_t revision) noexcept {
    Module *module = of(host);
    return module == nullptr || id == nullptr ? nullptr : module->find(id, revision);
  }

  plr_status save(const plr_host *host, const plr_state_writer *writer, plr_error *error) noexcept {
    return guarded(error, [&] {
      std::string state = of(host)->save_();
      plr_status status = writer->write(writer, state.data(), state.size());
      if (status != PLR_OK) throw Error(status, PLR_STATE_ID, "the host does not take the state");
    });
  }

  plr_status accept(const plr_host *host, std::uint32_t version, const void *bytes,
                    std::size_t count, plr_error *error) noexcept {
    return guarded(error, [&] {
      of(host)->accept_(version, {static_cast<const char *>(bytes), count});
    });
  }

 private:
  Module *of(const plr_host *host) noexcept {
    std::lock_guard<std::mutex> lock(mutex_);
    Module *module = first_;
    while (module != nullptr && module->services.host() != host) module = module->next_;
    return module;
  }

  std::mutex mutex_;
  Module *first_ = nullptr;
};

}  // namespace plr

/* Writes the plugin's entry. Once in a plugin, at file scope, before what it does when it is initialised:
 *
 *   PLR_PLUGIN(module) {
 *     module.implement<GreeterExport>(PLR_INTERFACE(EXAMPLE_GREETER));
 *   }
 *
 * What that throws makes init fail, after what was done is undone. */
#define PLR_PLUGIN(module)                                                                          \
  static void plr_module_begins(plr::Module &module);                                               \
  static plr::Modules plr_modules;                                                                  \
  static plr_status plr_module_saves(const plr_host *host, const plr_state_writer *writer,          \
                                     plr_error *error) {                                            \
    return plr_modules.save(host, writer, error);                                                   \
  }                                                                                                 \
  static plr_status plr_module_accepts(const plr_host *host, uint32_t version, const void *bytes,   \
                                       size_t count, plr_error *error) {                            \
    return plr_modules.accept(host, version, bytes, count, error);                                  \
  }                                                                                                 \
  static plr_status plr_plugin_init(const plr_host *host, plr_error *error) {                       \
    static const plr_state state = {sizeof(plr_state), PLR_STATE_REVISION, 0, 0,                    \
                                    plr_module_saves, plr_module_accepts};                          \
    return plr_modules.begin(host, error, plr_module_begins, state);                                \
  }                                                                                                 \
  static void plr_plugin_deinit(const plr_host *host) { plr_modules.end(host); }                    \
  static const void *plr_plugin_interface(const plr_host *host, const char *id,                     \
                                          uint32_t revision) {                                      \
    return plr_modules.find(host, id, revision);                                                    \
  }                                                                                                 \
  const plr_plugin *plugin_entry(const plr_host *, plr_error *) {                                   \
    static const plr_plugin table = {sizeof(plr_plugin),   PLR_ABI_MAJOR,     PLR_ABI_MINOR,        \
                                     plr_plugin_init,      plr_plugin_deinit, plr_plugin_interface}; \
    return &table;                                                                                  \
  }                                                                                                 \
  static void plr_module_begins(plr::Module &module)

#endif
