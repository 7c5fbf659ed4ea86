#include <cstdio>

#include "primes.h"

int main(int count, char **) {
  for (int prime : primes(100)) std::printf("%d\n", prime);
  if (count > 1) {
    std::printf("arguments are ignored\n");
  }
}
