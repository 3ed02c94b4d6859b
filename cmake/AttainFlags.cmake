# Compiler settings shared by everything in the tree.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")

# -O3 changes nothing that matters here, and a profile of -O2 -g can be read.
set(CMAKE_C_FLAGS_RELEASE "-O2 -g -DNDEBUG")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")

# Fused multiply-adds would make results depend on the compiler's mood.
add_compile_options(-ffp-contract=off)

add_library(attain_warnings INTERFACE)
target_compile_options(attain_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                       $<$<BOOL:${ATTAIN_WERROR}>:-Werror>)

if(ATTAIN_SANITIZE)
  add_compile_options(-fsanitize=${ATTAIN_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ATTAIN_SANITIZE})
endif()
