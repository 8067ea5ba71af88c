/* plots/gnuplot.c: one run, one timeout, and a look at what came out. */
#include "plots/gnuplot.h"

#include "base/dir.h"
#include "base/proc.h"
#include "base/sys.h"

#include <stdint.h>
#include <string.h>

enum { MAX_OUTPUT_BYTES = 1 << 20, MAX_PICTURE_BYTES = 1 << 28, MAX_WORDS = 300 };

static const double ns_per_s = 1e9;

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7f;
}

/* The third character of what XML forbids in a text; gnuplot escapes no '>' in its SVG. */
static bool ends_cdata(const char *string, const char *c)
{
    return *c == '>' && c - string >= 2 && c[-1] == ']' && c[-2] == ']';
}

void gnuplot_append_quoted(Text *out, const char *string)
{
    text_append(out, *string == '\'' ? "' " : "'"); /* gnuplot 5.4 misreads three quotes in a row */
    for (const char *c = string; *c != '\0'; c++) {
        if (*c == '\'')
            text_append_char(out, '\'');
        if (ends_cdata(string, c))
            text_append_char(out, ' ');
        text_append_char(out, is_control(*c) ? ' ' : *c);
    }
    text_append_char(out, '\'');
}

void gnuplot_append_field(Text *out, const char *field)
{
    for (const char *c = field; *c != '\0'; c++) {
        if (ends_cdata(field, c))
            text_append_char(out, ' ');
        text_append_char(out, is_control(*c) || *c == '"' ? ' ' : *c);
    }
}

/* gnuplot's own words, shortened and on one line. */
static ErrCode fail_with_words(Err *err, const Text *words)
{
    Text line = {0};
    for (const char *c = text_string(words); *c && line.n_bytes < MAX_WORDS; c++)
        if (*c != '\n' || line.n_bytes > 0)
            text_append_char(&line, is_control(*c) ? ' ' : *c);
    if (line.n_bytes > 0)
        err_wrap(err, "gnuplot says: %s", text_string(&line));
    text_release(&line);
    return err->code;
}

ErrCode gnuplot_run(const Text *script, double timeout_s, Err *err)
{
    static const char *const argv[] = {"gnuplot", "--default-settings", NULL};
    static const char *const environment[] = {"LC_ALL=C.UTF-8", "GNUTERM=unknown", NULL};
    Text output = {0}, words = {0};
    Proc proc = {0};
    const ProcOptions options = {.argv = argv,
                                 .environment = environment,
                                 .input = PROC_PIPE,
                                 .output = PROC_PIPE,
                                 .error = PROC_PIPE};
    const ProcRun run = {.input = script->data,
                         .n_input = script->n_bytes,
                         .output = &output,
                         .error = &words,
                         .max_bytes = MAX_OUTPUT_BYTES,
                         .timeout_ns = (int64_t)(timeout_s * ns_per_s)};
    if (proc_run(&proc, &options, &run, err) != ERR_NONE) {
        err_wrap(err, "drawing needs gnuplot (Debian: gnuplot-nox)");
        goto fail;
    }
    if (proc_check(&proc, "gnuplot", err) != ERR_NONE) {
        fail_with_words(err, &words);
        goto fail;
    }
    text_release(&output);
    text_release(&words);
    return ERR_NONE;
fail:
    text_release(&output);
    text_release(&words);
    return err->code;
}

static bool has_tail(const char *data, size_t n_bytes, const char *format)
{
    static const struct {
        const char *format, *tail;
        size_t n_tail;
    } tails[] = {{"svg", "</svg>", 6}, {"png", "IEND\xae\x42\x60\x82", 8}, {"pdf", "%%EOF", 5}};
    while (n_bytes > 0 && (data[n_bytes - 1] == '\n' || data[n_bytes - 1] == '\r'))
        n_bytes--;
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        if (strcmp(tails[i].format, format) == 0)
            return n_bytes > tails[i].n_tail &&
                   memcmp(data + n_bytes - tails[i].n_tail, tails[i].tail, tails[i].n_tail) == 0;
    return false;
}

ErrCode gnuplot_accept(const Dir *drawn, const Dir *folder, const char *name, const char *format,
                       Err *err)
{
    Text file = {0};
    char *data = NULL;
    size_t n_bytes = 0;
    text_printf(&file, "%s.%s", name, format);
    TRY(text_ok(&file, err));
    TRY(dir_read(drawn, file.data, MAX_PICTURE_BYTES, &data, &n_bytes, err));
    if (!has_tail(data, n_bytes, format)) {
        err_set(err, ERR_CHILD,
                "gnuplot wrote only %zu bytes of '%s/%s', not a whole picture: is the disk full?",
                n_bytes, dir_path(folder), file.data);
        goto fail;
    }
    TRY(dir_sync(drawn, file.data, err));
    TRY(dir_rename(drawn, file.data, folder, file.data, err));
fail:
    mem_free(data);
    text_release(&file);
    return err->code;
}
