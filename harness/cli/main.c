/* harness/cli/main.c: the process: finds the command, parses, runs, prints the error, exits. */
#include "harness/cli/command.h"
#include "harness/cli/commands.h"
#include "harness/cli/options.h"
#include "harness/cli/options_help.h"
#include "harness/cli/version.h"

#include "base/file.h"
#include "base/sys.h"

#include <string.h>

/* The command line as typed, words quoted where a shell would need it. */
static void join_line(int argc, char **argv, Text *out)
{
    for (int i = 0; i < argc; i++) {
        if (i)
            text_append_char(out, ' ');
        if (argv[i][0] && strcspn(argv[i], " \t\n'\"\\$`*?[](){}<>|&;") == strlen(argv[i]))
            text_append(out, i ? argv[i] : "isoflop");
        else
            text_append_quoted(out, argv[i]);
    }
}

static ErrCode print_and_release(Text *text, Err *err)
{
    const ErrCode code = call_print(text, err);
    text_release(text);
    return code;
}

/* The options begin at argv[first]. */
static ErrCode run_command(const Command *command, int argc, char **argv, int first, int *status,
                           Err *err)
{
    Text out = {0}, line = {0};
    Call call = {.command = command, .settings = mem_calloc(1, command->settings_bytes + 1)};
    OptionsWish wish;
    if (call.settings == NULL) {
        (void)err_memory(err, command->settings_bytes);
        goto fail;
    }
    join_line(argc, argv, &line);
    TRY(text_ok(&line, err));
    call.line = text_string(&line);
    TRY(options_parse(&call, &wish, argc - first, (const char **)(void *)(argv + first), err));
    if (wish.help) {
        out.columns = call.columns;
        options_help(command, &out);
        TRY(call_print(&out, err));
    } else if (wish.version) {
        TRY(version_print(&wish, err));
    } else {
        TRY(command->run(&call, status, err));
    }
fail:
    mem_free(call.settings);
    text_release(&line);
    text_release(&out);
    return err->code;
}

static ErrCode run_line(int argc, char **argv, int *status, Err *err)
{
    const char *first = argc > 1 ? argv[1] : "";
    if (strcmp(first, "--version") == 0)
        return run_command(&version_line, argc, argv, 1, status, err);
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0 ||
        (strcmp(first, "help") == 0 && argc == 2)) {
        Call call = {0};
        call_look_around(&call);
        Text out = {.columns = call.columns};
        commands_overview(&out);
        return print_and_release(&out, err);
    }
    if (argc < 2)
        return err_set(err, ERR_USAGE, "a command is missing, see 'isoflop --help'");
    const Command *command = commands_find(first);
    if (command == NULL)
        return commands_unknown(first, err);
    return run_command(command, argc, argv, 2, status, err);
}

int main(int argc, char **argv)
{
    Err err = {0};
    int status = 0;
    mem_adopt_jansson();
    if (run_line(argc, argv, &status, &err) == ERR_NONE && file_close_stdout(&err) == ERR_NONE)
        return status;
    const Command *command = argc > 1 ? commands_find(argv[1]) : NULL;
    if (command != NULL)
        call_say("isoflop %s: %s", command->name, err.msg);
    else
        call_say("isoflop: %s", err.msg);
    return err_exit_status(err.code);
}
