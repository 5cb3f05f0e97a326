/* plugin_crossing.hpp - how values of C++ cross: copies of what was lent, values that are lent or given away;
 * for plugin_runtime.hpp.
 *
 *   C++                          in the table
 *   numbers, bool                the same
 *   enum class                   its integer
 *   std::string                  plr_text
 *   std::vector<std::uint8_t>    plr_bytes
 *   std::vector<T>               an array of what T is
 *   std::optional<T>             an optional of what T is
 *   a struct                     a struct: `plugin-interface header --language cxx` writes both
 *
 * What is half made when there is no memory left is freed again. */
#ifndef PLUGIN_CROSSING_HPP
#define PLUGIN_CROSSING_HPP

#include <cstring>
#include <memory>
#include <optional>
#include <type_traits>

#include "plugin_services.hpp"

namespace plr {

/* Keeps what lent values point to, as long as it lives. */
class Lending {
 public:
  template <class C>
  C *room(std::size_t count) {
    blocks_.push_back(std::make_unique<std::max_align_t[]>(
        (count * sizeof(C) + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t)));
    return reinterpret_cast<C *>(blocks_.back().get());
  }

 private:
  std::vector<std::unique_ptr<std::max_align_t[]>> blocks_;
};

/* How a `T` crosses. `c` is what stands for it in the table, empty (all bits 0) before it is given. */
template <class T, class = void>
struct Crossing;

template <class T>
struct Crossing<T, std::enable_if_t<std::is_arithmetic_v<T>>> {
  template <class C>
  static T read(const C &c) {
    return static_cast<T>(c);
  }
  template <class C>
  static void lend(Lending &, T value, C &c) {
    c = static_cast<C>(value);
  }
  template <class C>
  static void give(const Services &, T value, C &c) {
    c = static_cast<C>(value);
  }
  template <class C>
  static void release(const Services &, const C &) noexcept {}
};

/* An enum class: plr_is_value(T), beside it, says which numbers are values of it. */
template <class T>
struct Crossing<T, std::enable_if_t<std::is_enum_v<T>>> {
  template <class C>
  static T read(const C &c) {
    T value = static_cast<T>(c);
    if (!plr_is_value(value))
      throw Error(PLR_ERROR_INVALID_ARGUMENT, "enum",
                  "there is no value " + std::to_string(c) +
                      ": build both sides from one declaration");
    return value;
  }
  template <class C>
  static void lend(Lending &, T value, C &c) {
    c = static_cast<C>(value);
  }
  template <class C>
  static void give(const Services &, T value, C &c) {
    c = static_cast<C>(value);
  }
  template <class C>
  static void release(const Services &, const C &) noexcept {}
};

template <>
struct Crossing<std::string> {
  static std::string read(const plr_text &c) { return std::string(view(c)); }
  static void lend(Lending &, const std::string &value, plr_text &c) {
    c = plr::lend(value);
  }
  static void give(const Services &services, std::string_view value, plr_text &c) {
    if (value.empty()) return;
    char *copy = static_cast<char *>(services.allocate(value.size(), 1));
    std::memcpy(copy, value.data(), value.size());
    c = {copy, value.size()};
  }
  static void release(const Services &services, const plr_text &c) noexcept {
    services.deallocate(const_cast<char *>(c.bytes));
  }
};

template <>
struct Crossing<std::vector<std::uint8_t>> {
  using Value = std::vector<std::uint8_t>;
  static Value read(const plr_bytes &c) { return Value(Bytes(c)); }
  static void lend(Lending &, const Value &value, plr_bytes &c) { c = Bytes(value); }
  static void give(const Services &services, Bytes value, plr_bytes &c) {
    if (value.empty()) return;
    auto *copy = static_cast<std::uint8_t *>(services.allocate(value.size(), 1));
    std::memcpy(copy, value.data(), value.size());
    c = {copy, value.size()};
  }
  static void release(const Services &services, const plr_bytes &c) noexcept {
    services.deallocate(const_cast<std::uint8_t *>(c.bytes));
  }
};

template <class T>
struct Crossing<std::vector<T>> {
  template <class C>
  using Element = std::remove_const_t<std::remove_pointer_t<decltype(C::elements)>>;

  template <class C>
  static std::vector<T> read(const C &c) {
    std::vector<T> values;
    values.reserve(c.count);
    for (std::size_t index = 0; index < c.count; index += 1)
      values.push_back(Crossing<T>::read(c.elements[index]));
    return values;
  }
  template <class C>
  static void lend(Lending &lending, const std::vector<T> &values, C &c) {
    auto *elements = lending.room<Element<C>>(values.size());
    for (std::size_t index = 0; index < values.size(); index += 1)
      Crossing<T>::lend(lending, values[index], elements[index]);
    c = {elements, values.size()};
  }
  template <class C>
  static void give(const Services &services, const std::vector<T> &values, C &c) {
    if (values.empty()) return;
    std::size_t size = values.size() * sizeof(Element<C>);
    void *block = services.allocate(size);
    std::memset(block, 0, size);
    auto *elements = static_cast<Element<C> *>(block);
    c = {elements, values.size()};
    for (std::size_t index = 0; index < values.size(); index += 1)
      Crossing<T>::give(services, values[index], elements[index]);
  }
  template <class C>
  static void release(const Services &services, const C &c) noexcept {
    for (std::size_t index = 0; c.elements != nullptr && index < c.count; index += 1)
      Crossing<T>::release(services, c.elements[index]);
    services.deallocate(const_cast<Element<C> *>(c.elements));
  }
};

template <class T>
struct Crossing<std::optional<T>> {
  template <class C>
  static std::optional<T> read(const C &c) {
    if (!c.has_value) return std::nullopt;
    return Crossing<T>::read(c.value);
  }
  template <class C>
  static void lend(Lending &lending, const std::optional<T> &value, C &c) {
    c.has_value = value.has_value();
    if (value) Crossing<T>::lend(lending, *value, c.value);
  }
  template <class C>
  static void give(const Services &services, const std::optional<T> &value, C &c) {
    c.has_value = value.has_value();
    if (value) Crossing<T>::give(services, *value, c.value);
  }
  template <class C>
  static void release(const Services &services, const C &c) noexcept {
    if (c.has_value) Crossing<T>::release(services, c.value);
  }
};

/* Gives a value away as a whole, or throws with nothing kept. */
template <class T, class C>
C given(const Services &services, const T &value) {
  C c{};
  try {
    Crossing<T>::give(services, value, c);
  } catch (...) {
    Crossing<T>::release(services, c);
    throw;
  }
  return c;
}

/* Takes over what was given away: copies it, and frees it whatever happens. */
template <class T, class C>
T taken(const Services &services, const C &c) {
  struct Owner {
    const Services &services;
    const C &c;
    ~Owner() { Crossing<T>::release(services, c); }
  } owner{services, c};
  return Crossing<T>::read(c);
}

}  // namespace plr

#endif
