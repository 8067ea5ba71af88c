/* plots/html.c: escaping in one place. */
#include "plots/html.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

void html_markup(Text *page, const char *markup)
{
    text_append(page, markup);
}

void html_text(Text *page, const char *text)
{
    text_append_html(page, text != NULL ? text : "");
}

/* Whether a hyphen, the first or behind another character, is a number's sign. */
static bool is_sign(const char *text, const char *hyphen)
{
    const bool is_free = hyphen == text || strchr(" ([^", hyphen[-1]) != NULL;
    return is_free && hyphen[1] >= '0' && hyphen[1] <= '9';
}

void html_words(Text *page, const char *text)
{
    Text signs = {0};
    for (const char *at = text != NULL ? text : ""; *at; at++)
        if (*at == '-' && is_sign(text, at))
            text_append(&signs, "−");
        else
            text_append_char(&signs, *at);
    html_text(page, text_string(&signs));
    page->failed |= signs.failed;
    text_release(&signs);
}

void html_printf(Text *page, const char *format, ...)
{
    Text plain = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&plain, format, arguments);
    va_end(arguments);
    html_words(page, text_string(&plain));
    page->failed |= plain.failed;
    text_release(&plain);
}

void html_element(Text *page, const char *tag, const char *text)
{
    text_printf(page, "<%s>", tag);
    html_text(page, text);
    text_printf(page, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void html_base64(Text *page, const void *data, size_t n_bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { GROUP_BYTES = 3, GROUP_DIGITS = 4, DIGIT_BITS = 6, DIGIT_MASK = 63 };
    const unsigned char *bytes = data;
    for (size_t i = 0; i < n_bytes; i += GROUP_BYTES) {
        const size_t n = n_bytes - i < GROUP_BYTES ? n_bytes - i : GROUP_BYTES;
        const uint32_t word = (uint32_t)bytes[i] << 16 | (n > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                              (n > 2 ? (uint32_t)bytes[i + 2] : 0);
        for (int d = 0; d < GROUP_DIGITS; d++)
            text_append_char(
                page, (size_t)d <= n ? digits[word >> (DIGIT_BITS * (3 - d)) & DIGIT_MASK] : '=');
    }
}
