#include <cuda.h>

#define TILE 16

struct Matrix {
  int width;
};

// Adds.
__global__ void add(const float* a, float* b, int n) {
  int i = threadIdx.x;
  b[i] += a[i];
}

template <typename T>
__device__ __forceinline__ T clamp(T value) {
  return value;
}

__host__ void run(int n) {
  add<<<1, n>>>(a, b, n);
}
