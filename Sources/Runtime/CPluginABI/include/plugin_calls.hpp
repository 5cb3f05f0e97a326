/* plugin_calls.hpp - C tables made of classes, and calls of C tables, for plugin_runtime.hpp. */
#ifndef PLUGIN_CALLS_HPP
#define PLUGIN_CALLS_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "plugin_crossing.hpp"

namespace plr {

/* Which interface: PLR_INTERFACE(EXAMPLE_GREETER) takes it from the constants of a header. */
struct Interface {
  const char *id; /* must stay */
  std::uint32_t revision;
  std::uint64_t layout; /* 0 says nothing */
};

/* ---- What a call is made of ----------------------------------------------------------------- */

namespace detail {

/* A function of a table: what it takes after the context, and whether it can fail. */
template <class Table_, class Result_, class... Parameters_>
struct Function {
  using Table = Table_;
  using Result = Result_;
  using Parameters = std::tuple<Parameters_...>;
  static constexpr std::size_t count = sizeof...(Parameters_);
  template <std::size_t index>
  using Parameter = std::tuple_element_t<index, Parameters>;
  template <std::size_t size, class = void>
  struct EndsWithError : std::false_type {};
  template <std::size_t size>
  struct EndsWithError<size, std::enable_if_t<(size > 0)>>
      : std::is_same<Parameter<size - 1>, plr_error *> {};
  static constexpr bool canFail = EndsWithError<count>::value;
};

template <class Table, class Result, class... Parameters>
Function<Table, Result, Parameters...> function(Result (*Table::*)(void *, Parameters...));

template <class Result_, class... Parameters_>
struct Method {
  using Result = Result_;
  using Parameters = std::tuple<std::remove_cv_t<std::remove_reference_t<Parameters_>>...>;
};

template <class Result, class Class, class... P>
Method<Result, P...> method(Result (Class::*)(P...));
template <class Result, class Class, class... P>
Method<Result, P...> method(Result (Class::*)(P...) const);
template <class Result, class Class, class... P>
Method<Result, P...> method(Result (Class::*)(P...) noexcept);
template <class Result, class Class, class... P>
Method<Result, P...> method(Result (Class::*)(P...) const noexcept);

/* A lent parameter as the method wants it. */
template <class To, class From>
To borrowed(const From &value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<To, std::string_view>) {
    return view(value);
  } else if constexpr (std::is_same_v<To, Bytes>) {
    return Bytes(value);
  } else {
    return Crossing<To>::read(value);
  }
}

/* What a caller of C++ has, as the table's function takes it; `lending` keeps what it points to. */
template <class To, class From>
To lent([[maybe_unused]] Lending &lending, const From &value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (std::is_same_v<To, plr_text>) {
    return lend(std::string_view(value));
  } else if constexpr (std::is_same_v<To, plr_bytes>) {
    return Bytes(value);
  } else {
    To c{};
    Crossing<From>::lend(lending, value, c);
    return c;
  }
}

/* Writes what a method has returned to `result`; nothing where nobody wants it. */
template <class From, class To>
void give(const Services &services, const From &value, To *result) {
  if (result == nullptr) return;
  if constexpr (std::is_same_v<From, To>) {
    *result = value;
  } else if constexpr (std::is_same_v<To, plr_owned_text>) {
    plr_text text{};
    Crossing<std::string>::give(services, value, text);
    *result = {const_cast<char *>(text.bytes), text.length};
  } else if constexpr (std::is_same_v<To, plr_owned_bytes>) {
    plr_bytes bytes{};
    Crossing<std::vector<std::uint8_t>>::give(services, value, bytes);
    *result = {const_cast<std::uint8_t *>(bytes.bytes), bytes.length};
  } else {
    *result = given<From, To>(services, value);
  }
}

/* Takes a result over, as `As` or, without, as what it is plain from the table, and frees its memory. */
template <class As, class Result>
auto received(const Services &services, const Result &result) {
  if constexpr (std::is_same_v<Result, plr_owned_text>) {
    return taken<std::string>(services, plr_text{result.bytes, result.length});
  } else if constexpr (std::is_same_v<Result, plr_owned_bytes>) {
    return taken<std::vector<std::uint8_t>>(services, plr_bytes{result.bytes, result.length});
  } else if constexpr (std::is_void_v<As>) {
    return result;
  } else {
    return taken<As>(services, result);
  }
}

/* Calls a function of a table with `arguments`, and with `rest` as it is. */
template <auto Member, class Table, class... Arguments, std::size_t... index, class... Rest>
auto invoke(const Table &table, [[maybe_unused]] std::tuple<const Arguments &...> arguments,
            std::index_sequence<index...>, Rest... rest) {
  using Function = decltype(function(Member));
  [[maybe_unused]] Lending lending;
  return (table.*Member)(
      table.context,
      lent<typename Function::template Parameter<index>>(lending, std::get<index>(arguments))...,
      rest...);
}

/* An implementation, and for whom what it gives away is allocated. */
template <class Implementation>
struct Holder {
  template <class... Arguments>
  explicit Holder(const Services &services_, Arguments &&...arguments)
      : services(services_), implementation(std::forward<Arguments>(arguments)...) {}

  Services services;
  Implementation implementation;
};

}  // namespace detail

/* ---- Offering ----------------------------------------------------------------------------- */

/* Joins a function of a table and the method that stands behind it:
 *
 *   plr::Slot<&example_greeter::greet, &Greeter::greet>
 *
 * Texts come as std::string_view or std::string, bytes as plr::Bytes or std::vector; a text is returned as
 * anything that a std::string_view can be made of. A function with `plr_error *error` calls a method that
 * may throw and returns its result; any other must be noexcept. */
template <auto Member, auto Method_>
struct Slot {
  using Function = decltype(detail::function(Member));
  using Method = decltype(detail::method(Method_));
  static constexpr bool hasResult = !std::is_void_v<typename Method::Result>;
  static constexpr std::size_t count =
      Function::count - (Function::canFail ? 1 + std::size_t(hasResult) : 0);
  static_assert(count == std::tuple_size_v<typename Method::Parameters>,
                "the method takes what the function of the table takes");

  template <class Implementation>
  static void set(typename Function::Table &table) {
    table.*Member = Thunk<Implementation, typename Function::Parameters>::call;
  }

 private:
  template <class Implementation, class Parameters>
  struct Thunk;

  template <class Implementation, class... C>
  struct Thunk<Implementation, std::tuple<C...>> {
    static typename Function::Result call(void *context, C... arguments) noexcept {
      auto &holder = *static_cast<detail::Holder<Implementation> *>(context);
      std::tuple<C...> all(arguments...);
      if constexpr (!Function::canFail) {
        using Result = typename Function::Result;
        if constexpr (std::is_void_v<Result>) {
          invoke(holder.implementation, all, std::make_index_sequence<count>());
        } else {
          // Of numbers alone, which need no memory.
          Lending none;
          return detail::lent<Result>(
              none, invoke(holder.implementation, all, std::make_index_sequence<count>()));
        }
      } else {
        return guarded(std::get<Function::count - 1>(all), [&] {
          if constexpr (hasResult) {
            detail::give(holder.services,
                         invoke(holder.implementation, all, std::make_index_sequence<count>()),
                         std::get<count>(all));
          } else {
            invoke(holder.implementation, all, std::make_index_sequence<count>());
          }
        });
      }
    }

    template <std::size_t... index>
    static typename Method::Result invoke(Implementation &implementation, std::tuple<C...> &all,
                                          std::index_sequence<index...>) {
      using Parameters = typename Method::Parameters;
      static_assert(
          Function::canFail ||
              noexcept((implementation.*Method_)(
                  std::declval<std::tuple_element_t<index, Parameters>>()...)),
          "the function of the table cannot report a failure: its method is noexcept");
      return (implementation.*Method_)(
          detail::borrowed<std::tuple_element_t<index, Parameters>>(std::get<index>(all))...);
    }
  };
};

/* A class as an implementation of `Table`; one Slot for each of its functions. Stays where it is. */
template <class Table, class Implementation_, class... Slots>
class Export {
 public:
  using Implementation = Implementation_;

  /* Makes the implementation from `arguments`. Throws what that throws. */
  template <class... Arguments>
  Export(const Services &services, const Interface &interface_, Arguments &&...arguments)
      : holder_(services, std::forward<Arguments>(arguments)...) {
    // The functions stand behind the context.
    constexpr std::size_t head = offsetof(Table, context) + sizeof(void *);
    static_assert(sizeof(Table) == head + sizeof...(Slots) * sizeof(void *),
                  "every function of the table has one Slot");
    table_.size = sizeof table_;
    table_.revision = interface_.revision;
    table_.layout = interface_.layout;
    table_.context = &holder_;
    (Slots::template set<Implementation>(table_), ...);
    for (std::size_t place = head; place < sizeof table_; place += sizeof(void *)) {
      void *function;
      std::memcpy(&function, reinterpret_cast<const char *>(&table_) + place, sizeof function);
      if (function == nullptr)
        throw Error(PLR_ERROR_INVALID_ARGUMENT, interface_.id,
                    "a function has no Slot and another has two");
    }
  }

  Export(const Export &) = delete;
  Export &operator=(const Export &) = delete;

  const Table &table() const noexcept { return table_; }
  Implementation &implementation() noexcept { return holder_.implementation; }

 private:
  detail::Holder<Implementation> holder_;
  Table table_{};
};

/* ---- Using -------------------------------------------------------------------------------- */

/* Calls a function of a table, or a closure: plr::call<&example_greeter::greet>(services, table, "Ada"). A
 * text or bytes that are given away come as std::string or std::vector, any other value as `As`:
 * plr::call<&test_all_kinds::echo_record, Record>(…), its memory freed; without `As` as it is, and the caller
 * frees what it points to. Throws Error where the function fails. */
template <auto Member, class As = void, class Table, class... Arguments>
auto call(const Services &services, const Table &table, const Arguments &...arguments) {
  using Function = decltype(detail::function(Member));
  constexpr auto indices = std::index_sequence_for<Arguments...>();
  std::tuple<const Arguments &...> all(arguments...);
  if constexpr (!Function::canFail) {
    auto made = [&] { return detail::invoke<Member>(table, all, indices); };
    if constexpr (std::is_void_v<As>) {
      return made();
    } else {
      return Crossing<As>::read(made());
    }
  } else {
    plr_error error = room();
    if constexpr (Function::count == sizeof...(Arguments) + 1) {
      plr_status status = detail::invoke<Member>(table, all, indices, &error);
      if (status != PLR_OK) throw Error(status, error);
    } else {
      static_assert(Function::count == sizeof...(Arguments) + 2,
                    "the function takes another number of arguments");
      std::remove_pointer_t<typename Function::template Parameter<sizeof...(Arguments)>> result{};
      plr_status status = detail::invoke<Member>(table, all, indices, &result, &error);
      if (status != PLR_OK) throw Error(status, error);
      return detail::received<As>(services, result);
    }
  }
}

/* An implementation that others have registered, pinned: its plugin is not taken down before this goes. Must
 * not outlive the plugin that looked. */
template <class Table>
class Reference {
 public:
  /* Implementation number `index`, 0 being the first in order; holds nothing where there are not so many.
   * Throws Error where it cannot be pinned, and ABI_MISMATCH where its table does not fit `Table`. */
  Reference(const Services &services, const Interface &interface_, std::uint32_t index = 0)
      : services_(services) {
    plr_status status = services.registry().acquire(services.host(), interface_.id,
                                                    interface_.revision, index, &reference_);
    if (status == PLR_ERROR_NOT_FOUND) return;
    if (status != PLR_OK)
      throw Error(status, interface_.id, "the implementation cannot be pinned");
    const char *flaw =
        plugin_table_flaw(table(), interface_.revision, sizeof(Table), interface_.layout);
    if (flaw != nullptr) {
      release();
      throw Error(PLR_ERROR_ABI_MISMATCH, interface_.id,
                  std::string(flaw) + ": build both sides with one header of it");
    }
  }

  ~Reference() { release(); }

  Reference(Reference &&other) noexcept
      : services_(other.services_), reference_(std::exchange(other.reference_, plr_reference{})) {}

  Reference &operator=(Reference &&other) noexcept {
    if (this != &other) {
      release();
      services_ = other.services_;
      reference_ = std::exchange(other.reference_, plr_reference{});
    }
    return *this;
  }

  explicit operator bool() const noexcept { return reference_.token != 0; }

  /* NULL where it holds nothing. */
  const Table *table() const noexcept { return static_cast<const Table *>(reference_.table); }

  /* plr::call with its table. It must hold something. */
  template <auto Member, class As = void, class... Arguments>
  auto call(const Arguments &...arguments) const {
    return plr::call<Member, As>(services_, *table(), arguments...);
  }

 private:
  void release() noexcept {
    if (reference_.token != 0) services_.registry().release(services_.host(), &reference_);
  }

  Services services_;
  plr_reference reference_{};
};

/* All implementations that there are, in their order; those whose tables do not fit are left out. */
template <class Table>
std::vector<Reference<Table>> references(const Services &services, const Interface &interface_) {
  std::vector<Reference<Table>> found;
  std::uint32_t count =
      services.registry().count(services.host(), interface_.id, interface_.revision);
  for (std::uint32_t index = 0; index < count; index += 1) {
    try {
      Reference<Table> reference(services, interface_, index);
      if (reference) found.push_back(std::move(reference));
    } catch (const Error &error) {
      if (error.code() != PLR_ERROR_ABI_MISMATCH) throw;
    }
  }
  return found;
}

}  // namespace plr

#define PLR_INTERFACE(prefix) \
  plr::Interface { prefix##_ID, prefix##_REVISION, prefix##_LAYOUT }

#endif
