/* Names of files from strings of users; see text_append_file_name in text.h. */
#include "base/text.h"

#include "base/hash.h"

#include <string.h>

static bool is_safe_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

void text_append_file_name(Text *out, const char *string)
{
    enum { MAX_BYTES = 40 };
    const size_t n = strlen(string);
    bool is_changed = n == 0 || n > MAX_BYTES || string[0] == '.' || string[0] == '-';
    for (size_t i = 0; i < n && i < MAX_BYTES; i++) {
        const bool is_safe =
            is_safe_char(string[i]) && !(i == 0 && (string[0] == '.' || string[0] == '-'));
        text_append_char(out, is_safe ? string[i] : i == 0 ? '_' : '-');
        is_changed = is_changed || !is_safe;
    }
    if (is_changed) {
        char digest[HASH_HEX64_BYTES];
        text_printf(out, "%s-%s", n == 0 ? "_" : "", hash_hex64(hash_64(string, n), digest));
    }
}
