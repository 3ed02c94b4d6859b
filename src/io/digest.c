#include "io/digest.h"

#include <sys/types.h>

#include <sha2.h>
#include <stdint.h>

void atn_sha256(const char *bytes, size_t length, char digest[65])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[SHA256_DIGEST_LENGTH];
    SHA2_CTX state;
    SHA256Init(&state);
    SHA256Update(&state, (const uint8_t *)bytes, length);
    SHA256Final(raw, &state);
    for (size_t k = 0; k < sizeof raw; k++) {
        digest[2 * k] = digits[raw[k] >> 4];
        digest[2 * k + 1] = digits[raw[k] & 15];
    }
    digest[2 * sizeof raw] = '\0';
}
