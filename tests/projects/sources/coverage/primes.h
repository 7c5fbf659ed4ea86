#pragma once
#include <vector>

inline bool divides(int divisor, int number) {
  if (divisor == 0) return false;
  return number % divisor == 0;
}

std::vector<int> primes(int below);
