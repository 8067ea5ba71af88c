/* harness/doctor_findings.h: how the doctor's files put down what they find; private to them. */
#ifndef HARNESS_DOCTOR_FINDINGS_H
#define HARNESS_DOCTOR_FINDINGS_H

#include "harness/doctor_types.h"

#include "base/err.h"

/* What is put down, without its words; path and remedy are copied, or NULL. */
typedef struct DoctorMark {
    DoctorGrade grade;
    const char *subject; /* constant */
    const char *path, *remedy;
} DoctorMark;

/* Appends a finding. Lack of memory shows in arena_ok. */
void doctor_find(DoctorReport *report, DoctorMark mark, const char *format, ...) ERR_PRINTF(3, 4);

#endif
