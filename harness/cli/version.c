/* harness/cli/version.c: the version and what it was built from, out of harness/provenance.h. */
#include "harness/cli/version.h"

#include "harness/provenance.h"
#include "kernels/kernels.h"

#include <stdio.h>

static const char *const usage[] = {"[--verbose] [--cpu LEVEL]", NULL};

/* "pw.backward_weights" is the longest kind of name. */
enum { NAME_BYTES = 64 };

static void list_kernels(CpuLevel level, Text *out)
{
    KernelChoice choice;
    for (size_t i = 0; kernels_choice(level, i, &choice); i++) {
        char name[NAME_BYTES];
        snprintf(name, sizeof name, "%s.%s", choice.family, choice.kernel);
        text_printf(out, "  %-22s %-22s ", name, choice.variant);
        if (choice.is_generic)
            text_printf(out, "generic, compiled for %s\n", cpu_level_name(choice.level));
        else
            text_printf(out, "override, tuned for %s\n", cpu_level_name(choice.level));
    }
}

ErrCode version_print(const OptionsWish *wish, Err *err)
{
    Provenance p;
    provenance_collect(&p, wish->cpu);
    Call call = {0};
    call_look_around(&call);
    Text out = {0};
    text_printf(&out, "isoflop %s\n", p.version);
    if (wish->verbose) {
        text_printf(&out, "commit      %s%s\ncompiler    %s\nflags       %s\n", p.commit,
                    p.is_dirty ? " with changes" : "", p.compiler, p.flags);
        text_printf(
            &out, "libraries   %s\narithmetic  %d\nprocessor   %s, %d available\nsystem      %s\n",
            p.libraries, p.arithmetic, p.cpu, p.cpus, p.system);
        text_printf(&out, "kernels     %s", p.kernels);
        if (!cpu_has_level(wish->cpu))
            text_printf(&out, ", which this processor lacks: its best is %s",
                        cpu_level_name(cpu_best_level()));
        text_append_char(&out, '\n');
        list_kernels(wish->cpu, &out);
    }
    const ErrCode code = call_print_lines(&call, &out, err);
    text_release(&out);
    return code;
}

const Command version_line = {
    .name = "--version",
    .summary = "the version, and with --verbose what it was built from and the kernels of a level",
    .usage = usage,
};
