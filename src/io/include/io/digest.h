/* SHA-256 of a block of bytes as 64 lower-case hexadecimal digits and a NUL (libmd). */
#ifndef ATN_IO_DIGEST_H
#define ATN_IO_DIGEST_H

#include <stddef.h>

void atn_sha256(const char *bytes, size_t length, char digest[65]);

#endif
