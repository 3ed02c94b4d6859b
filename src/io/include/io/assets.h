/* What is compiled into the io room (CMakeLists.txt embeds it). */
#ifndef ATN_IO_ASSETS_H
#define ATN_IO_ASSETS_H

#include "base/asset.h"

extern const atn_asset atn_curves[];   /* models/curves, by bare name, sorted */
extern const atn_asset atn_schemas[];  /* src/io/schemas, by bare name, sorted */
extern const atn_asset atn_template[]; /* files of a new study */
extern const size_t atn_curves_count, atn_schemas_count, atn_template_count;

#endif
