/* harness/cli/commands.c: the list of all commands, sorted by name. Nothing else knows it. */
#include "harness/cli/commands.h"

#include <string.h>

/* X(NAME) for each cmd_NAME.c, which exports `const Command cmd_NAME`. */
#define COMMANDS(X)                                                                                \
    X(bench)                                                                                       \
    X(cam)                                                                                         \
    X(clean)                                                                                       \
    X(cost)                                                                                        \
    X(data)                                                                                        \
    X(doctor)                                                                                      \
    X(eval)                                                                                        \
    X(explain)                                                                                     \
    X(export)                                                                                      \
    X(family)                                                                                      \
    X(fidelity)                                                                                    \
    X(fit)                                                                                         \
    X(import)                                                                                      \
    X(infer)                                                                                       \
    X(init)                                                                                        \
    X(latency)                                                                                     \
    X(list)                                                                                        \
    X(objective)                                                                                   \
    X(plan)                                                                                        \
    X(plot)                                                                                        \
    X(probe)                                                                                       \
    X(report)                                                                                      \
    X(run)                                                                                         \
    X(scale)                                                                                       \
    X(show)                                                                                        \
    X(space)                                                                                       \
    X(status)                                                                                      \
    X(table)                                                                                       \
    X(train)                                                                                       \
    X(trials)                                                                                      \
    X(verdict)                                                                                     \
    X(verify)

#define DECLARE(name) extern const Command cmd_##name;
COMMANDS(DECLARE)
#undef DECLARE

#define ROW(name) &cmd_##name,
static const Command *const commands[] = {COMMANDS(ROW)};
#undef ROW

const Command *commands_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

ErrCode commands_unknown(const char *name, Err *err)
{
    const char *names[ARRAY_LEN(commands)];
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        names[i] = commands[i]->name;
    const char *near = text_nearest(name, names, ARRAY_LEN(names));
    if (near != NULL)
        return err_set(err, ERR_USAGE, "unknown command '%s', did you mean '%s'?", name, near);
    return err_set(err, ERR_USAGE, "unknown command '%s', see 'isoflop --help'", name);
}

void commands_overview(Text *out)
{
    enum { SUMMARY_COLUMN = 13 };
    text_append(out, "usage: isoflop COMMAND [OPTION...] [ARGUMENT...]\n\n"
                     "given more compute, how should a convolutional network grow?\n\ncommands:\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (!commands[i]->is_hidden) {
            text_printf(out, "  %-10s ", commands[i]->name);
            text_append_wrapped(out, commands[i]->summary, SUMMARY_COLUMN);
            text_append_char(out, '\n');
        }
    text_append(out, "\n'isoflop COMMAND --help' shows the options of one command.\n"
                     "Start with: isoflop run quickstart\n");
}
