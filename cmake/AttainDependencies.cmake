# Third-party libraries, all from the distribution (docs/dependencies.md says why each is there).
find_package(PkgConfig REQUIRED)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
pkg_check_modules(ATTAIN_GSL REQUIRED IMPORTED_TARGET gsl>=2.7)
pkg_check_modules(ATTAIN_CJSON REQUIRED IMPORTED_TARGET libcjson>=1.7)
pkg_check_modules(ATTAIN_MD REQUIRED IMPORTED_TARGET libmd>=1.0)

# libcsv and Random123 ship no pkg-config file.
find_path(ATTAIN_CSV_INCLUDE csv.h REQUIRED)
find_library(ATTAIN_CSV_LIBRARY csv REQUIRED)
find_path(ATTAIN_RANDOM123_INCLUDE Random123/philox.h REQUIRED)
mark_as_advanced(ATTAIN_CSV_INCLUDE ATTAIN_CSV_LIBRARY ATTAIN_RANDOM123_INCLUDE)

add_library(attain_csv UNKNOWN IMPORTED)
set_target_properties(attain_csv PROPERTIES IMPORTED_LOCATION "${ATTAIN_CSV_LIBRARY}"
                      INTERFACE_INCLUDE_DIRECTORIES "${ATTAIN_CSV_INCLUDE}")
add_library(attain_random123 INTERFACE IMPORTED)
set_target_properties(attain_random123 PROPERTIES
                      INTERFACE_INCLUDE_DIRECTORIES "${ATTAIN_RANDOM123_INCLUDE}")

# What a room may name under PACKAGES.
set(ATTAIN_PACKAGE_gsl PkgConfig::ATTAIN_GSL)
set(ATTAIN_PACKAGE_cjson PkgConfig::ATTAIN_CJSON)
set(ATTAIN_PACKAGE_md PkgConfig::ATTAIN_MD)
set(ATTAIN_PACKAGE_csv attain_csv)
set(ATTAIN_PACKAGE_random123 attain_random123)
set(ATTAIN_PACKAGE_threads Threads::Threads)
