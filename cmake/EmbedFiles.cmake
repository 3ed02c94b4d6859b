# Script of attain_embed: SYMBOL, FILES (separated by |) and OUTPUT are given with -D.
string(REPLACE "|" ";" files "${FILES}")
set(arrays "")
set(rows "")
set(count 0)
foreach(file IN LISTS files)
  cmake_path(GET file FILENAME name)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n"
         bytes "${bytes}")
  string(APPEND arrays "static const unsigned char file_${count}[] = {\n${bytes}0x00};\n")
  string(APPEND rows "    {\"${name}\", file_${count}, sizeof file_${count} - 1},\n")
  math(EXPR count "${count} + 1")
endforeach()
file(WRITE "${OUTPUT}"
"/* Generated from files of the source tree; do not edit. */
#include \"base/asset.h\"

${arrays}
extern const atn_asset atn_${SYMBOL}[];
extern const size_t atn_${SYMBOL}_count;
const atn_asset atn_${SYMBOL}[] = {
${rows}    {NULL, NULL, 0}};
const size_t atn_${SYMBOL}_count = ${count};
")
