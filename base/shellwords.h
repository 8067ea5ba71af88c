/*
 * A command in one text, split into its words as a shell would.
 *
 * Blanks (space, tab, newline) part words. '...' keeps everything as it stands; "..." keeps
 * everything but \" \\ \$ \` and a backslash before a line's end, which are as in a shell;
 * elsewhere a backslash keeps the character after it. Nothing is expanded or started: $, *, ~, #
 * and ; are characters like others (wordexp would expand them). Source: POSIX.1-2017, Shell Command
 * Language, 2.2 Quoting.
 */
#ifndef BASE_SHELLWORDS_H
#define BASE_SHELLWORDS_H

#include "base/err.h"
#include "base/text.h"

#include <stddef.h>

/* Zero-initialise it; v is NULL-terminated, or NULL. */
typedef struct ShellWords {
    const char **v;
    size_t n;
    char *text; /* private: what the words live in */
} ShellWords;

/*
 * Errors: ERR_USAGE where a quote is not closed, a backslash ends the text, or there is no word;
 * ERR_MEMORY. *out is then as it was.
 */
ErrCode shellwords_split(ShellWords *out, const char *text, Err *err) ERR_CHECKED;

/* Appends a word so that a shell, and shellwords_split, take it for one: quoted where need be. */
void shellwords_append(Text *text, const char *word);

void shellwords_release(ShellWords *words);

#endif
