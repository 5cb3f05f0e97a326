# find_package(PluginRuntime) gives
#   PluginRuntime::ABI       the headers, for plugins in C and C++17
#   PluginRuntime::Runtime   the shared library, for programs that call the runtime themselves
#   PluginRuntime_HOST       the program plugin-host
#   plugin_runtime_add_plugin(NAME SOURCE...)         NAME.so, of which only the entry is seen
#   plugin_runtime_add_test(NAME PLUGIN_TARGET...)    a test that a host loads these, in this order
cmake_minimum_required(VERSION 3.13)

get_filename_component(PluginRuntime_PREFIX "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(PluginRuntime_INCLUDE_DIR "${PluginRuntime_PREFIX}/include/plugin-runtime")
set(PluginRuntime_HOST "${PluginRuntime_PREFIX}/bin/plugin-host")
set(PluginRuntime_EXPORTS "${PluginRuntime_PREFIX}/share/plugin-runtime/plugin.exports")
set(PluginRuntime_LIBRARY "${PluginRuntime_PREFIX}/lib/plugin-runtime/lib/libPluginRuntime.so")

foreach(file IN ITEMS INCLUDE_DIR HOST EXPORTS LIBRARY)
  if(NOT EXISTS "${PluginRuntime_${file}}")
    set(PluginRuntime_FOUND FALSE)
    set(PluginRuntime_NOT_FOUND_MESSAGE
        "'${PluginRuntime_${file}}' is missing: install PluginRuntime again")
    return()
  endif()
endforeach()

if(NOT TARGET PluginRuntime::ABI)
  add_library(PluginRuntime::ABI INTERFACE IMPORTED)
  set_target_properties(PluginRuntime::ABI PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${PluginRuntime_INCLUDE_DIR}")

  add_library(PluginRuntime::Runtime SHARED IMPORTED)
  set_target_properties(PluginRuntime::Runtime PROPERTIES
    IMPORTED_LOCATION "${PluginRuntime_LIBRARY}"
    INTERFACE_LINK_LIBRARIES PluginRuntime::ABI)
endif()

function(plugin_runtime_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE PluginRuntime::ABI)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    SUFFIX ".so"
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    CXX_STANDARD 17
    CXX_STANDARD_REQUIRED ON
    LINK_DEPENDS "${PluginRuntime_EXPORTS}")
  target_link_options(${name} PRIVATE
    LINKER:-z,relro,-z,now "LINKER:--version-script=${PluginRuntime_EXPORTS}")
endfunction()

function(plugin_runtime_add_test name)
  set(files)
  foreach(target IN LISTS ARGN)
    list(APPEND files "$<TARGET_FILE:${target}>")
  endforeach()
  add_test(NAME ${name} COMMAND "${PluginRuntime_HOST}" load ${files})
endfunction()
