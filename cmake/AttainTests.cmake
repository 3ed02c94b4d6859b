# Helpers for tests/: programs are linked against the static library and see every room's headers.
pkg_check_modules(ATTAIN_CMOCKA REQUIRED IMPORTED_TARGET cmocka)

add_library(attain_inside INTERFACE)
target_include_directories(attain_inside INTERFACE "${PROJECT_SOURCE_DIR}/tests/unit"
                           "${PROJECT_SOURCE_DIR}/tests/host")
foreach(room IN LISTS ATTAIN_ROOMS)
  if(NOT room STREQUAL cli)
    target_include_directories(attain_inside INTERFACE "${PROJECT_SOURCE_DIR}/src/${room}/include")
  endif()
endforeach()
cmake_path(ABSOLUTE_PATH ATTAIN_SHARED_DIR BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" NORMALIZE
           OUTPUT_VARIABLE attain_shared_folder)
target_compile_definitions(attain_inside INTERFACE
                           "ATTAIN_SHARED_DIR=\"${attain_shared_folder}\""
                           "ATTAIN_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"")
target_link_libraries(attain_inside INTERFACE attain_static attain_warnings PkgConfig::ATTAIN_GSL
                      attain_random123 Threads::Threads m)

# A locale with a decimal comma in the build folder, where the `locales` package is installed; the
# tests look for it and say so when it is missing.
find_program(ATTAIN_LOCALEDEF localedef)
mark_as_advanced(ATTAIN_LOCALEDEF)
set(attain_locale_folder "${PROJECT_BINARY_DIR}/locale")
if(ATTAIN_LOCALEDEF AND EXISTS /usr/share/i18n/locales/de_DE
   AND NOT EXISTS "${attain_locale_folder}/de_DE.UTF-8")
  file(MAKE_DIRECTORY "${attain_locale_folder}")
  execute_process(COMMAND "${ATTAIN_LOCALEDEF}" -i de_DE -f UTF-8
                          "${attain_locale_folder}/de_DE.UTF-8"
                  OUTPUT_QUIET ERROR_QUIET RESULT_VARIABLE ignored)
endif()

# attain_unit_test(NAME [SOURCES file...] [LABELS label...] [TIMEOUT seconds])
# A cmocka program from NAME.c (and more sources), run by ctest in its own build folder.  With the
# label `long` it is left out of the default `ctest` run of scripts/test.sh.
function(attain_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 unit "" "TIMEOUT" "SOURCES;LABELS;PACKAGES")
  add_executable(${name} ${name}.c ${unit_SOURCES})
  target_link_libraries(${name} PRIVATE attain_check attain_inside)
  foreach(package IN LISTS unit_PACKAGES)
    target_link_libraries(${name} PRIVATE ${ATTAIN_PACKAGE_${package}})
  endforeach()
  add_test(NAME ${name} COMMAND ${name})
  if(NOT unit_TIMEOUT)
    set(unit_TIMEOUT 600)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${unit_TIMEOUT} LABELS "unit;${unit_LABELS}"
                       ENVIRONMENT "LOCPATH=${attain_locale_folder}")
endfunction()

# attain_benchmark(NAME [SOURCES file...]): built with everything, run by scripts/bench.sh alone.
function(attain_benchmark name)
  cmake_parse_arguments(PARSE_ARGV 1 bench "" "" "SOURCES")
  add_executable(${name} ${name}.c ${bench_SOURCES})
  target_link_libraries(${name} PRIVATE attain_inside)
  set_target_properties(${name} PROPERTIES
                        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bench")
endfunction()
