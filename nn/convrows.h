/*
 * nn/convrows.h: phases of pointwise convolutions (1 x 1, stride 1) whose input comes row by row:
 * blocks of rows of all images of the chunk.
 */
#ifndef NN_CONVROWS_H
#define NN_CONVROWS_H

#include "nn/netstate.h"

void convrows_measure_forward(const Net *net, const OpPlan *plan, Arena *arena);
void convrows_measure_backward(const Net *net, const OpPlan *plan, Arena *arena);
void convrows_forward(Worker *worker, const OpPlan *plan, Span span);
void convrows_backward(const Pass *pass);

#endif
