/* harness/doctor_findings.c: the list of findings. */
#include "harness/doctor_findings.h"

#include "base/text.h"

#include <stdarg.h>

void doctor_find(DoctorReport *report, DoctorMark mark, const char *format, ...)
{
    Text what = {0};
    va_list arguments;
    va_start(arguments, format);
    text_vprintf(&what, format, arguments);
    va_end(arguments);
    Arena *arena = &report->arena;
    DoctorFinding *findings =
        arena_add_item(arena, report->findings, &report->n_findings, sizeof *findings);
    if (findings != NULL) {
        report->findings = findings;
        findings[report->n_findings - 1] =
            (DoctorFinding){.grade = mark.grade,
                            .subject = mark.subject,
                            .path = arena_text(arena, mark.path),
                            .what = arena_text(arena, text_string(&what)),
                            .remedy = arena_text(arena, mark.remedy)};
        report->n_damaged += mark.grade == DOCTOR_DAMAGED;
    }
    arena->failed |= what.failed;
    text_release(&what);
}
