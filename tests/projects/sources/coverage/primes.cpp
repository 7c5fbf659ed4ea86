#include "primes.h"

std::vector<int> primes(int below) {
  std::vector<int> found;
  for (int number = 2; number < below; number++) {
    bool prime = true;
    for (int divisor : found) {
      if (divisor * divisor > number) break;
      if (divides(divisor, number)) {
        prime = false;
        break;
      }
    }
    if (prime) found.push_back(number);
  }
  if (below < 0) found.clear();
  return found;
}
