#pragma once
#include <string>

/* One for each library that is used. */
std::string calculator();
std::string decompositions();
std::string dispatch();
std::string routes();
std::string types();
