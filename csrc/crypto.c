#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "iggraph.h"

/* Lower-case hexadecimal, with a NUL behind. */
void ig_hmac_sha256(const char *key, const char *message, char hex[IG_PROOF_SIZE]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char sum[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)message, strlen(message), sum,
       &size);
  for (unsigned int i = 0; i < size && i < (IG_PROOF_SIZE - 1) / 2; i++) {
    *hex++ = digits[sum[i] >> 4];
    *hex++ = digits[sum[i] & 15];
  }
  *hex = '\0';
}
