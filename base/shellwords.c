/* Words of a command; see shellwords.h. */
#include "base/shellwords.h"

#include "base/sys.h"

#include <stdbool.h>
#include <string.h>

#define BLANKS " \t\n"
#define ESCAPED_IN_QUOTES "\"\\$`\n"

/* Where reading and writing stand; what is written is never longer than what was read. */
typedef struct Cursor {
    const char *from;
    char *to;
} Cursor;

/* The character after a backslash; a line's end after one is nothing at all. */
static void take_escaped(Cursor *at)
{
    if (*at->from != '\n')
        *at->to++ = *at->from;
    at->from++;
}

/* What stands in quotes, from behind the first to behind the last; false if that is missing. */
static bool take_quoted(Cursor *at, char quote)
{
    while (*at->from != '\0' && *at->from != quote) {
        if (quote == '"' && at->from[0] == '\\' && at->from[1] != '\0' &&
            strchr(ESCAPED_IN_QUOTES, at->from[1]) != NULL) {
            at->from++;
            take_escaped(at);
        } else {
            *at->to++ = *at->from++;
        }
    }
    if (*at->from == '\0')
        return false;
    at->from++;
    return true;
}

/* One word, which begins here, and the zero behind it. */
static ErrCode take_word(Cursor *at, const char *text, Err *err)
{
    while (*at->from != '\0' && strchr(BLANKS, *at->from) == NULL) {
        const char c = *at->from++;
        if (c == '\'' || c == '"') {
            if (!take_quoted(at, c))
                return err_set(err, ERR_USAGE, "a quote (%c) is not closed in '%s'", c, text);
        } else if (c != '\\') {
            *at->to++ = c;
        } else if (*at->from == '\0') {
            return err_set(err, ERR_USAGE, "a backslash ends '%s'", text);
        } else {
            take_escaped(at);
        }
    }
    if (*at->from != '\0')
        at->from++;
    *at->to++ = '\0';
    return ERR_NONE;
}

/* A backslash before a line's end parts no words and is none. */
static void skip_blanks(Cursor *at)
{
    for (;;) {
        if (*at->from != '\0' && strchr(BLANKS, *at->from) != NULL)
            at->from++;
        else if (at->from[0] == '\\' && at->from[1] == '\n')
            at->from += 2;
        else
            return;
    }
}

ErrCode shellwords_split(ShellWords *out, const char *text, Err *err)
{
    const size_t n_bytes = strlen(text);
    ShellWords words = {.v = mem_calloc(n_bytes / 2 + 2, sizeof *words.v),
                        .text = mem_alloc(n_bytes + 1)};
    Cursor at = {text, words.text};
    if (words.v == NULL || words.text == NULL) {
        (void)err_memory(err, n_bytes * sizeof *words.v);
        goto fail;
    }
    for (skip_blanks(&at); *at.from != '\0'; skip_blanks(&at)) {
        words.v[words.n++] = at.to;
        TRY(take_word(&at, text, err));
    }
    if (words.n == 0) {
        (void)err_set(err, ERR_USAGE, "there is no word in '%s'", text);
        goto fail;
    }
    *out = words;
    return ERR_NONE;
fail:
    shellwords_release(&words);
    return err->code;
}

void shellwords_append(Text *text, const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        text_append(text, word);
        return;
    }
    text_append_char(text, '\'');
    for (; *word != '\0'; word++)
        if (*word == '\'') /* nothing escapes it within quotes: they end, and begin anew */
            text_append(text, "'\\''");
        else
            text_append_char(text, *word);
    text_append_char(text, '\'');
}

void shellwords_release(ShellWords *words)
{
    mem_free(words->v);
    mem_free(words->text);
    *words = (ShellWords){0};
}
