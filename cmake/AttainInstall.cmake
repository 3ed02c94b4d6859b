# Install rules: library, headers, command, man pages, pkg-config and CMake package files.
include(CMakePackageConfigHelpers)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/attain")

install(DIRECTORY include/attain DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
        FILES_MATCHING PATTERN "*.h")
install(FILES "${PROJECT_BINARY_DIR}/include/attain/version.h"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/attain")

# Two export sets: only users of the static library need the third-party packages.
set_target_properties(attain_shared PROPERTIES EXPORT_NAME shared)
set_target_properties(attain_static PROPERTIES EXPORT_NAME static)
install(TARGETS attain_shared EXPORT attainShared)
install(TARGETS attain_static EXPORT attainStatic)
install(EXPORT attainShared NAMESPACE attain:: DESTINATION "${package_folder}")
install(EXPORT attainStatic NAMESPACE attain:: DESTINATION "${package_folder}")
configure_package_config_file(cmake/attainConfig.cmake.in attainConfig.cmake
                              INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file(attainConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/attainConfig.cmake"
              "${PROJECT_BINARY_DIR}/attainConfigVersion.cmake"
        DESTINATION "${package_folder}")

# Relative to where the file lies, so that an installed tree may be moved.
file(RELATIVE_PATH prefix_from_pc "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig"
     "${CMAKE_INSTALL_PREFIX}")
configure_file(cmake/attain.pc.in attain.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/attain.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

if(TARGET attain_command)
  # The installed command finds the library that was installed with it, wherever the prefix lies.
  file(RELATIVE_PATH library_from_command "${CMAKE_INSTALL_FULL_BINDIR}"
       "${CMAKE_INSTALL_FULL_LIBDIR}")
  set_target_properties(attain_command PROPERTIES INSTALL_RPATH
                        "$ORIGIN/${library_from_command}")
  install(TARGETS attain_command)
endif()

file(GLOB man_pages CONFIGURE_DEPENDS docs/man/*.1 docs/man/*.3 docs/man/*.5)
foreach(page IN LISTS man_pages)
  cmake_path(GET page EXTENSION LAST_ONLY section)
  string(SUBSTRING "${section}" 1 -1 section)
  install(FILES "${page}" DESTINATION "${CMAKE_INSTALL_MANDIR}/man${section}")
endforeach()
