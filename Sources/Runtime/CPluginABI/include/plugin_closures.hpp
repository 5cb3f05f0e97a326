/* plugin_closures.hpp - closures of others that are kept, for plugin_runtime.hpp. A closure that is lent for a
 * call is called as a table is: plr::call<&a_closure::call>(services, closure, ...). */
#ifndef PLUGIN_CLOSURES_HPP
#define PLUGIN_CLOSURES_HPP

#include "plugin_calls.hpp"

namespace plr {

/* A closure that was given to be kept, released when this goes. `Closure` is its struct in the header. */
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

}  // namespace plr

#endif
