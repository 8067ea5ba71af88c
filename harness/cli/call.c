/* harness/cli/call.c: what a command says: data on stdout, talk and progress on stderr; what it
 * needs. */
#include "harness/cli/command.h"

#include "base/file.h"
#include "base/proc.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

static size_t progress_width; /* columns of the line call_progress left on stderr */

static void put_stderr(Text *text)
{
    Err ignored;
    if (text->n_bytes &&
        file_put_fd(2, "standard error", text->data, text->n_bytes, &ignored) != ERR_NONE)
        progress_width = 0; /* nobody listens: there is no line to keep */
    text_clear(text);
}

static void end_progress(Text *out)
{
    if (progress_width)
        text_append(out, "\r\033[K");
    progress_width = 0;
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

ErrCode call_print(Text *text, Err *err)
{
    if (text_ok(text, err) != ERR_NONE)
        return err->code;
    const ErrCode code = text->n_bytes
                             ? file_put_fd(1, "standard output", text->data, text->n_bytes, err)
                             : ERR_NONE;
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
    Text plain = {0}, out = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&plain, format, arguments);
    va_end(arguments);
    end_progress(&out);
    text_append_visible(&out, text_string(&plain));
    text_append_char(&out, '\n');
    put_stderr(&out);
    text_release(&plain);
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

void call_progress(const Call *call, const char *line)
{
    if (!call->has_progress)
        return;
    Text out = {0};
    end_progress(&out);
    text_append_visible(&out, line);
    progress_width = text_width(line);
    put_stderr(&out);
    text_release(&out);
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
             seconds, n_images / seconds, call->threads, call->threads == 1 ? "" : "s");
}
