/* harness/cli/version.c: the version and what it was built from, out of harness/provenance.h. */
#include "harness/cli/version.h"

#include "harness/cli/command.h"

#include "harness/provenance.h"

ErrCode version_print(bool is_verbose, Err *err)
{
    Provenance p;
    provenance_collect(&p, cpu_best_level());
    Call call = {0};
    call_look_around(&call);
    Text out = {0};
    text_printf(&out, "isoflop %s\n", p.version);
    if (is_verbose) {
        text_printf(&out, "commit      %s%s\ncompiler    %s\nflags       %s\nkernels     %s\n",
                    p.commit, p.is_dirty ? " with changes" : "", p.compiler, p.flags, p.kernels);
        text_printf(
            &out, "libraries   %s\narithmetic  %d\nprocessor   %s, %d available\nsystem      %s\n",
            p.libraries, p.arithmetic, p.cpu, p.cpus, p.system);
    }
    const ErrCode code = call_print_lines(&call, &out, err);
    text_release(&out);
    return code;
}
