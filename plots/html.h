/*
 * plots/html.h: the only ways text gets into a page, one for each context; private to plots/.
 *
 * Texts of users and data sets, and commands, go through html_text. What isoflop says itself goes
 * through html_words or html_printf, where a number's sign becomes a minus (U+2212), as wide as its
 * digits; files, JSON and the terminal keep the hyphen, which programs read. Markup is ours and
 * goes in by html_markup. There is no other way: attributes are constant or a picture's base64.
 */
#ifndef PLOTS_HTML_H
#define PLOTS_HTML_H

#include "base/err.h"
#include "base/text.h"

#include <stddef.h>

/* Appends markup of ours as it is. */
void html_markup(Text *page, const char *markup);

/* Appends text with & < > " ' escaped and control characters dropped: content and quoted
 * attributes. */
void html_text(Text *page, const char *text);

/* The same; a hyphen at the beginning or after a space, '(', '[' or '^' and before a digit becomes
 * a minus. */
void html_words(Text *page, const char *text);

/* The same, formatted. */
void html_printf(Text *page, const char *format, ...) ERR_PRINTF(2, 3);

/* <tag>text</tag>; tag may have a class: "td class=\"l\"". */
void html_element(Text *page, const char *tag, const char *text);

/* Appends the bytes as base64, for data: URLs. */
void html_base64(Text *page, const void *data, size_t n_bytes);

#endif
