/* harness/cli/call.c: what a command says: data on stdout, talk and progress on stderr; what it
 * needs. */
#include "harness/cli/command.h"

#include "base/file.h"
#include "base/proc.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

enum { VIEW_MAX_LINES = 256, TALK_HANGING = 2 };

/* The lines that call_view left at the end of stderr. */
static struct {
    size_t n;
    size_t widths[VIEW_MAX_LINES];
} view;

static void put_stderr(Text *text)
{
    Err ignored;
    if (text->n_bytes &&
        file_put_fd(2, "standard error", text->data, text->n_bytes, &ignored) != ERR_NONE)
        view.n = 0; /* nobody listens: there is no line to keep */
    text_clear(text);
}

/*
 * Back to where the view begins, which is wiped. A terminal that has become narrower has broken its
 * lines into several.
 */
static void end_view(Text *out)
{
    size_t columns = SIZE_MAX, n_rows = 0, n_ignored;
    if (view.n == 0)
        return;
    (void)proc_terminal_size(2, &columns, &n_ignored);
    for (size_t i = 0; i < view.n; i++)
        n_rows += view.widths[i] > columns ? (view.widths[i] + columns - 1) / columns : 1;
    if (n_rows > 1)
        text_printf(out, "\033[%zuA", n_rows - 1);
    text_append(out, "\r\033[J");
    view.n = 0;
}

void call_look_around(Call *call)
{
    enum { MOST_COLUMNS = 10000 };
    const char *terminal = proc_env("TERM"), *wish = proc_env("COLUMNS");
    const bool can_move = terminal != NULL && strcmp(terminal, "dumb") != 0;
    size_t n_rows;
    int64_t columns = 0;
    if (!proc_terminal_size(1, &call->columns, &n_rows))
        call->columns =
            wish != NULL && text_to_int64(wish, &columns) && columns > 0 && columns <= MOST_COLUMNS
                ? (size_t)columns
                : TEXT_COLUMNS;
    call->has_progress = proc_is_terminal(2) && can_move;
    call->has_color = call->has_progress && proc_env("NO_COLOR") == NULL;
}

ErrCode call_need(const char *name, const char *value, Err *err)
{
    if (value == NULL || value[0] == '\0')
        return err_set(err, ERR_USAGE, "option '--%s' is missing", name);
    return ERR_NONE;
}

ErrCode call_print_data(Text *text, Err *err)
{
    Text wiped = {0};
    end_view(&wiped);
    put_stderr(&wiped);
    text_release(&wiped);
    if (text_ok(text, err) != ERR_NONE)
        return err->code;
    const ErrCode code = text->n_bytes
                             ? file_put_fd(1, "standard output", text->data, text->n_bytes, err)
                             : ERR_NONE;
    text_clear(text);
    return code;
}

ErrCode call_print(Text *text, Err *err)
{
    Text visible = {.failed = text->failed};
    const bool has_more = text_append_visible_lines(&visible, text_string(text));
    const ErrCode code = call_print_data(has_more || text->failed ? &visible : text, err);
    text_release(&visible);
    text_clear(text);
    return code;
}

ErrCode call_print_spool(const Spool *spool, Err *err)
{
    return spool_copy(spool, 1, "standard output", err);
}

ErrCode call_print_lines(const Call *call, Text *text, Err *err)
{
    if (call->json)
        return call_print(text, err);
    Text lines = {.columns = call->columns, .failed = text->failed};
    text_append_lines(&lines, text_string(text));
    const ErrCode code = call_print(&lines, err);
    text_release(&lines);
    text_clear(text);
    return code;
}

void call_say(const char *format, ...)
{
    Text plain = {0}, visible = {0}, lines = {0}, out = {0};
    size_t n_rows;
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&plain, format, arguments);
    va_end(arguments);
    text_append_visible(&visible, text_string(&plain));
    if (proc_terminal_size(2, &lines.columns, &n_rows))
        text_append_wrapped(&lines, text_string(&visible), TALK_HANGING);
    else
        text_append(&lines, text_string(&visible));
    end_view(&out);
    text_append(&out, text_string(&lines));
    text_append_char(&out, '\n');
    put_stderr(&out);
    text_release(&plain);
    text_release(&visible);
    text_release(&lines);
    text_release(&out);
}

void call_warn(const Text *lines)
{
    for (const char *line = text_string(lines); *line != '\0';) {
        const size_t n = strcspn(line, "\n");
        call_say("warning: %.*s", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

/* Columns of a line's text, without the escapes that colour it. */
static size_t shown_width(const char *line, size_t n)
{
    Text plain = {0};
    for (size_t i = 0; i < n; i++) {
        while (i < n && line[i] == '\033')
            i += strcspn(line + i, "m") + 1;
        if (i < n)
            text_append_char(&plain, line[i]);
    }
    const size_t width = text_width(text_string(&plain));
    text_release(&plain);
    return width;
}

void call_view(const Call *call, const Text *lines)
{
    if (!call->has_progress)
        return;
    Text out = {0};
    end_view(&out);
    const size_t n_old = out.n_bytes;
    for (const char *line = text_string(lines); *line != '\0' && view.n < VIEW_MAX_LINES;) {
        const size_t n = strcspn(line, "\n");
        text_append(&out, view.n > 0 ? "\n" : "");
        text_append_bytes(&out, line, n);
        view.widths[view.n++] = shown_width(line, n);
        line += n + (line[n] == '\n');
    }
    if (out.failed || out.n_bytes == n_old)
        view.n = 0;
    put_stderr(&out);
    text_release(&out);
}

size_t call_view_columns(size_t *n_rows)
{
    size_t columns = TEXT_COLUMNS;
    *n_rows = VIEW_MAX_LINES;
    (void)proc_terminal_size(2, &columns, n_rows);
    return columns > 1 ? columns - 1 : 1; /* the last column makes some terminals break the line */
}

void call_progress(const Call *call, const char *line)
{
    size_t n_rows;
    Text visible = {0}, cut = {0};
    text_append_visible(&visible, line);
    const size_t columns = call_view_columns(&n_rows);
    if (text_width(text_string(&visible)) <= columns)
        text_append(&cut, text_string(&visible));
    else
        text_append_bytes(&cut, visible.data, columns);
    call_view(call, &cut);
    text_release(&visible);
    text_release(&cut);
}

bool call_preparing(void *user, uint32_t done, uint32_t total)
{
    const Call *call = user;
    Text line = {0};
    text_printf(&line, "preparing images: %" PRIu32 " of %" PRIu32, done, total);
    call_progress(call, text_string(&line));
    text_release(&line);
    return true;
}

void call_prepared(const Call *call, uint32_t n_images, double seconds)
{
    call_say("prepared %" PRIu32 " images in %.1f s: %.0f images/s on %d thread%s", n_images,
             seconds, n_images / seconds, call->threads, text_plural(call->threads));
}
