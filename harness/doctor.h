/*
 * harness/doctor.h: is everything what it should be: this machine, a study's folder, a file.
 *
 * It looks and says, and changes nothing (the probe of locks makes a file and removes it). What is
 * damaged is named with the remedy; what merely lies about, is missing by right or may run out is a
 * note. Checks: kernels (each instruction set trains to the same bits), processors, memory, clock,
 * whether locks hold on the folder's file system; links where none may be; the store (structure,
 * schema, the seal of every row, the digest of every finished trial); the weights that finished
 * trials left, against the store's digests; checkpoints; what nobody refers to; room on the disk.
 */
#ifndef HARNESS_DOCTOR_H
#define HARNESS_DOCTOR_H

#include "harness/doctor_types.h"

#include "base/cpu.h"
#include "base/err.h"

/* "ok", "note", "damaged". */
const char *doctor_grade_name(DoctorGrade grade);

/* This machine and the current folder, with instruction sets up to `level`. Errors: ERR_MEMORY. */
ErrCode doctor_machine(DoctorReport *report, CpuLevel level, Err *err) ERR_CHECKED;

/*
 * A study's folder, a folder of weights and checkpoints, a store, or a file of weights or a
 * checkpoint. Errors: ERR_USAGE (none of them), ERR_MISSING, ERR_MEMORY, ERR_IO.
 */
ErrCode doctor_path(DoctorReport *report, const char *path, Err *err) ERR_CHECKED;

void doctor_release(DoctorReport *report);

#endif
