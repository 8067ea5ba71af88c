/* harness/doctor_study.h: a whole study's folder; private to doctor*.c. */
#ifndef HARNESS_DOCTOR_STUDY_H
#define HARNESS_DOCTOR_STUDY_H

#include "harness/doctor_findings.h"

/* Store, weights, checkpoints, links, what nobody refers to, and room. Errors as doctor_path. */
ErrCode doctor_study(DoctorReport *report, const char *folder, Err *err) ERR_CHECKED;

#endif
