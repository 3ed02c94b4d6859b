# libattain, shared and static, from the rooms' objects.
get_property(room_targets GLOBAL PROPERTY ATTAIN_ROOM_TARGETS)
set(room_objects)
foreach(target IN LISTS room_targets)
  list(APPEND room_objects $<TARGET_OBJECTS:${target}>)
endforeach()

foreach(kind IN ITEMS shared static)
  string(TOUPPER ${kind} upper)
  add_library(attain_${kind} ${upper} ${room_objects})
  set_target_properties(attain_${kind} PROPERTIES OUTPUT_NAME attain LINKER_LANGUAGE C)
  target_include_directories(attain_${kind} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(attain_${kind} PRIVATE PkgConfig::ATTAIN_GSL PkgConfig::ATTAIN_CJSON
                        PkgConfig::ATTAIN_MD $<BUILD_INTERFACE:attain_csv> Threads::Threads m)
  add_library(attain::${kind} ALIAS attain_${kind})
endforeach()
set_target_properties(attain_shared PROPERTIES VERSION ${PROJECT_VERSION}
                      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
# What a room forgot to define is found here, not by a user.  Sanitizers leave their own symbols
# open in shared libraries.
if(NOT ATTAIN_SANITIZE)
  target_link_options(attain_shared PRIVATE LINKER:--no-undefined)
endif()
