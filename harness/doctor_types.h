/* harness/doctor_types.h: what the doctor finds (harness/doctor.h). */
#ifndef HARNESS_DOCTOR_TYPES_H
#define HARNESS_DOCTOR_TYPES_H

#include "base/arena.h"

#include <stddef.h>

typedef enum DoctorGrade { DOCTOR_SOUND, DOCTOR_NOTE, DOCTOR_DAMAGED } DoctorGrade;

typedef struct DoctorFinding {
    DoctorGrade grade;
    const char *subject; /* "kernels", "locks", "store", "weights", "orphan", "disk", ... */
    const char *path;    /* of the file it is about, or NULL */
    const char *what;
    const char *remedy; /* NULL: nothing need be done */
} DoctorFinding;

/* Zero-initialise it. */
typedef struct DoctorReport {
    Arena arena; /* owner of the list and its texts */
    DoctorFinding *findings;
    size_t n_findings;
    size_t n_damaged;
} DoctorReport;

#endif
