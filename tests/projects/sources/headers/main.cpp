#include <iostream>

#include "parts.h"

int main() { std::cout << calculator() << decompositions() << dispatch() << routes() << types(); }
