cimport numpy as np
from libc.math cimport sqrt

cdef extern from "fast.h" nogil:
    int c_func(int a,
               int b)
    ctypedef struct point_t:
        int x

# Adds up.
cdef class Accumulator:
    """Sums values."""
    cdef double total
    cdef public int count

    def __cinit__(self, int count=0, double[:] values not None):
        self.count = count

    cpdef void feed(self, double value):
        """Adds one."""
        self.total += value

    @property
    def mean(self):
        return self.total / self.count

    cdef inline int _big(self,
                         int a,
                         int b) except -1:
        return a + b

cdef double clamp_to_range(double value, double low, double high) nogil:
    return min(value, high)

def plain(a, b=(1, 2)):
    return a

cdef enum Color:
    RED
    GREEN

ctypedef int (*callback_t)(int)

cdef int *pointer(char *s):
    return NULL
