// Boost.Preprocessor: this file includes itself by a computed name, once for each width.
#ifndef BOOST_PP_IS_ITERATING

#include <boost/preprocessor/cat.hpp>
#include <boost/preprocessor/iteration/iterate.hpp>
#include <boost/preprocessor/repetition/enum_params.hpp>
#include <boost/preprocessor/repetition/repeat.hpp>

#include "parts.h"

#define BOOST_PP_ITERATION_PARAMS_1 (3, (1, 8, "dispatch.cpp"))
#include BOOST_PP_ITERATE()

std::string dispatch() {
  return std::to_string(sum1(1)) + " " + std::to_string(sum8(1, 2, 3, 4, 5, 6, 7, 8)) + "\n";
}

#else

#define WIDTH BOOST_PP_ITERATION()
#define PLUS(z, n, unused) +value##n
static int BOOST_PP_CAT(sum, WIDTH)(BOOST_PP_ENUM_PARAMS(WIDTH, int value)) { return 0 BOOST_PP_REPEAT(WIDTH, PLUS, ~); }
#undef PLUS
#undef WIDTH

#endif
