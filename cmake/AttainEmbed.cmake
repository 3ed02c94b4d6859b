# attain_embed(OUT_VAR symbol FILES file...)
#
# Turns files into a C source at build time and puts its path into OUT_VAR, for a room's SOURCES:
#   const atn_asset atn_<symbol>[]  one {name, data, size} a file in the order given, ended by
#                                   {NULL, NULL, 0};
#   const size_t atn_<symbol>_count the number of files.
# A name is the file's name without its folder; data has a NUL behind its last byte.
# The room needs base among its USES, for "base/asset.h", and declares the symbols itself.
set(ATTAIN_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_DIR}/EmbedFiles.cmake")

function(attain_embed out symbol)
  cmake_parse_arguments(PARSE_ARGV 2 embed "" "" "FILES")
  set(files)
  foreach(file IN LISTS embed_FILES)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    list(APPEND files "${file}")
  endforeach()
  set(source "${CMAKE_CURRENT_BINARY_DIR}/embedded_${symbol}.c")
  string(REPLACE ";" "|" joined "${files}")
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DSYMBOL=${symbol}" "-DFILES=${joined}" "-DOUTPUT=${source}"
            -P "${ATTAIN_EMBED_SCRIPT}"
    DEPENDS ${files} "${ATTAIN_EMBED_SCRIPT}"
    COMMENT "Embedding ${symbol}"
    VERBATIM)
  set(${out} "${source}" PARENT_SCOPE)
endfunction()
