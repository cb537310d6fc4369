cdef class Reader:
    cdef int size
    cdef bytes _feed(self, bytes data)  # all of it
    cpdef int read(self,
                   int count)

cdef int helper(int x) noexcept
