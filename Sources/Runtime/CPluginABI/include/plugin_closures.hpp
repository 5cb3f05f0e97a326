/* plugin_closures.hpp - closures, for plugin_runtime.hpp: those of others that are kept, and function objects as
 * closures for others. A closure that others have lent for a call is called as a table is:
 * plr::call<&a_closure::call>(services, closure, ...).
 *
 * In what follows `Closure` is the closure's struct in the header of the interface, and `Callable` a function
 * object: a lambda without `auto` parameters, a std::function, a class with one operator(). It takes and returns
 * what the method of a plr::Slot does. What it throws becomes a failure for whoever calls the closure; where a
 * closure cannot report a failure, it is noexcept. */
#ifndef PLUGIN_CLOSURES_HPP
#define PLUGIN_CLOSURES_HPP

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "plr_instances.h"
#include "plugin_calls.hpp"

namespace plr {

/* ---- Closures of others ------------------------------------------------------------------- */

/* A closure that was given to be kept, released when this goes. */
template <class Closure>
class Kept {
 public:
  Kept(const Services &services, const Closure &closure) noexcept
      : services_(services), closure_(closure) {}

  ~Kept() {
    // Where the giver is gone, it has let go of it itself.
    Entered entered(*this);
    if (entered.status == PLR_OK) closure_.release(closure_.context);
  }

  Kept(const Kept &) = delete;
  Kept &operator=(const Kept &) = delete;

  /* Calls it; see plr::call. Its giver is not taken down meanwhile; throws RETIRED where it has been.
   * [any-thread] */
  template <class As = void, class... Arguments>
  auto call(const Arguments &...arguments) const {
    Entered entered(*this);
    if (entered.status != PLR_OK)
      throw Error(entered.status, "closure", "whoever gave it has been taken down");
    return plr::call<&Closure::call, As>(services_, closure_, arguments...);
  }

 private:
  struct Entered {
    explicit Entered(const Kept &kept) noexcept
        : services(kept.services_),
          status(plugin_callback_enter(&services.registry(), services.host(), kept.closure_.guard,
                                       kept.closure_.guard_table, &reference)) {}
    ~Entered() {
      if (status == PLR_OK)
        plugin_callback_leave(&services.registry(), services.host(), &reference);
    }
    const Services &services;
    plr_reference reference{};
    plr_status status;
  };

  Services services_;
  Closure closure_;
};

/* ---- Lending ------------------------------------------------------------------------------ */

/* A function object as a closure, for as long as this lives. */
template <class Closure, class Callable>
class Lent {
 public:
  Lent(const Services &services, Callable callable) : holder_(services, std::move(callable)) {
    closure_.context = &holder_;
    Slot<&Closure::call, &Callable::operator()>::template set<Callable>(closure_);
  }

  Lent(const Lent &) = delete;
  Lent &operator=(const Lent &) = delete;

  const Closure &closure() const noexcept { return closure_; }

 private:
  detail::Holder<Callable> holder_;
  Closure closure_{};
};

/* Lends a function object for a call:
 *
 *   plr::call<&example_index::visit>(services, table, plr::lend<example_index_visit_body>(
 *       services, [&](std::string_view word) { words.emplace_back(word); })); */
template <class Closure, class Callable>
Lent<Closure, Callable> lend(const Services &services, Callable callable) {
  return Lent<Closure, Callable>(services, std::move(callable));
}

template <class Closure, class Callable>
struct Crossing<Lent<Closure, Callable>> {
  static void lend(Lending &, const Lent<Closure, Callable> &value, Closure &c) {
    c = value.closure();
  }
};

/* ---- Giving ------------------------------------------------------------------------------- */

/* A closure that somebody else is to keep: given away by the call that it is an argument of, or by take(). What
 * was not given away goes with this. */
template <class Closure>
class Given {
 public:
  explicit Given(const Closure &closure) noexcept : closure_(closure) {}
  ~Given() {
    if (closure_.release != nullptr) closure_.release(closure_.context);
  }

  Given(Given &&other) noexcept : closure_(other.take()) {}
  Given(const Given &) = delete;
  Given &operator=(const Given &) = delete;

  /* From now on it is for whoever has the struct to give it back. */
  Closure take() const noexcept { return std::exchange(closure_, Closure{}); }

 private:
  // Arguments of a call are const.
  mutable Closure closure_;
};

template <class Closure>
struct Crossing<Given<Closure>> {
  static void lend(Lending &, const Given<Closure> &value, Closure &c) { c = value.take(); }
};

/* All closures that a plugin has given away and not got back. Whoever calls one pins the plugin meanwhile, by an entry
 * of its own in the registry, `closures.NAME`; when this goes they are found gone. [any-thread] */
class Giver {
 public:
  explicit Giver(const Services &services)
      : services_(services),
        instances_(static_cast<const plr_instances *>(services.host()->query_interface(
            services.host(), PLR_INSTANCES_ID, PLR_INSTANCES_REVISION))),
        id_(std::string(PLR_CLOSURES_PREFIX) + services.host()->name) {}

  ~Giver() { close(); }

  Giver(const Giver &) = delete;
  Giver &operator=(const Giver &) = delete;

  /* Throws Error where the plugin cannot be guarded, std::bad_alloc, and what moving `callable` throws. */
  template <class Closure, class Callable>
  Given<Closure> give(Callable callable) {
    auto made = std::make_unique<Stored<Callable>>(services_, std::move(callable));
    made->giver = this;
    Closure closure{};
    closure.context = static_cast<detail::Holder<Callable> *>(made.get());
    closure.release = [](void *context) {
      auto *stored = static_cast<Stored<Callable> *>(static_cast<detail::Holder<Callable> *>(context));
      stored->giver->drop(stored);
    };
    Slot<&Closure::call, &Callable::operator()>::template set<Callable>(closure);
    std::lock_guard<std::mutex> lock(mutex_);
    open();
    closure.guard = guard_;
    closure.guard_table = &table_;
    made->next = first_;
    if (first_ != nullptr) first_->previous = made.get();
    first_ = made.release();
    if (instances_ != nullptr) instances_->made(services_.host(), counted, 1);
    return Given<Closure>(closure);
  }

  /* Nobody finds the closures any more, and they go. */
  void close() noexcept {
    if (guard_ != nullptr &&
        services_.registry().remove(services_.host(), id_.c_str(), 1, &table_) == PLR_ERROR_BUSY)
      // Whoever is inside of one for so long may need everything it has.
      first_ = nullptr;
    guard_ = nullptr;
    while (first_ != nullptr) drop(first_);
  }

 private:
  struct Node {
    virtual ~Node() = default;
    Giver *giver = nullptr;
    Node *next = nullptr;
    Node *previous = nullptr;
  };

  template <class Callable>
  struct Stored : detail::Holder<Callable>, Node {
    using detail::Holder<Callable>::Holder;
  };

  void open() {
    if (guard_ != nullptr) return;
    const plr_registry &registry = services_.registry();
    if (registry.size < PLR_REGISTRY_SIZE_1_1)
      throw Error(PLR_ERROR_ABI_MISMATCH, PLR_REGISTRY_ID, "it is older than 1.1: update the host");
    const plr_interface *found = registry.find(services_.host(), id_.c_str(), 1);
    if (found == nullptr) throw std::bad_alloc();
    plr_error error = room();
    plr_status status = registry.add(services_.host(), id_.c_str(), 1, 0, &table_, &error);
    if (status != PLR_OK) throw Error(status, error);
    guard_ = found;
  }

  void drop(Node *node) noexcept {
    // Its end is the author's code: it comes out of the lock.
    std::unique_ptr<Node> dropped(node);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (node->next != nullptr) node->next->previous = node->previous;
      (node->previous == nullptr ? first_ : node->previous->next) = node->next;
    }
    dropped.reset();
    if (instances_ != nullptr) instances_->unmade(services_.host(), counted, 1);
  }

  static constexpr const char *counted = "closures";

  const Services services_;
  const plr_instances *instances_;
  const std::string id_;
  plr_table_head table_{sizeof(plr_table_head), 1, 0, nullptr, nullptr};
  const plr_interface *guard_ = nullptr;
  std::mutex mutex_;
  Node *first_ = nullptr;
};

}  // namespace plr

#endif
